import Fleet

extension Recipe {
    /// How the newest version is brought in.
    public struct Installation: Hashable, Sendable, Codable {
        /// What is downloaded.
        public enum Form: String, Hashable, Sendable, Codable, CaseIterable {
            /// One program, as it is.
            case file
            /// A folder in a tar archive.
            case tar
            /// The same, compressed with gzip.
            case tarGzip = "tar.gz"
            /// The same, compressed with xz.
            case tarXZ = "tar.xz"
            /// A folder in a zip archive.
            case zip
            /// A package of Debian that no source of the endpoint has.
            case deb
            /// A package of rpm that no source of the endpoint has.
            case rpm

            /// Whether a package tool knows where its files go.
            public var isPackage: Bool { self == .deb || self == .rpm }
        }

        /// What is downloaded.
        public var form: Form
        /// Where it is downloaded from.
        public var from: String
        /// Its SHA-256, in lower-case hexadecimal digits.
        public var sha256: String
        /// Its size in bytes: not one more is taken.
        public var size: Int64
        /// The folder in which each version lies under its number; not for packages.
        public var versions: String?
        /// The path at which the application is found: a link to the version that holds. Not for
        /// packages.
        public var link: String?
        /// How many folders around the application are left away when an archive is unpacked.
        public var strip: Int?
        /// The package's name; for `deb` and `rpm` only.
        public var package: String?
        /// Programs that must not run while the application is exchanged: absolute paths, or names.
        public var blocking: [String]?
        /// Services that are stopped for the exchange, and started again if they ran.
        public var services: [String]?

        /// An installation; `fault` says whether it makes sense.
        public init(
            _ form: Form, from: String, sha256: String, size: Int64, versions: String? = nil,
            link: String? = nil, strip: Int? = nil, package: String? = nil,
            blocking: [String]? = nil, services: [String]? = nil
        ) {
            self.form = form
            self.from = from
            self.sha256 = sha256
            self.size = size
            self.versions = versions
            self.link = link
            self.strip = strip
            self.package = package
            self.blocking = blocking
            self.services = services
        }

        /// The largest download, in bytes: 4 GiB, the largest development environments have 2.
        public static let largestSize: Int64 = 4 << 30
        /// The most folders that are left away: archives have one around them, some two.
        public static let mostStripped = 3
        /// The most blocking programs, and the most services.
        public static let mostNames = 16
        /// The longest name of a program or service, in bytes: systemd's limit for a unit.
        static let longestName = 255
    }
}

extension Recipe.Installation {
    /// What does not make sense in it, as a clause.
    var fault: String? {
        sourceFault ?? (form.isPackage ? packageFault : placeFault) ?? namesFault
    }

    private var sourceFault: String? {
        guard from.hasPrefix("https://") || from.hasPrefix("http://"),
            from.utf8.count <= Recipe.longestText, !from.contains("@"),
            from.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            from.split(separator: "/").count > 2
        else { return "“from” is not an address that begins with https:// or http://" }
        guard sha256.utf8.count == 64,
            sha256.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x66).contains($0)
            })
        else { return "“sha256” is not 64 lower-case hexadecimal digits" }
        guard (1...Self.largestSize).contains(size) else {
            return "“size” is not 1 to \(Self.largestSize) bytes"
        }
        return nil
    }

    private var packageFault: String? {
        guard versions == nil, link == nil, strip == nil else {
            let owner = form == .rpm ? "rpm" : "dpkg"
            return
                "\(form == .rpm ? "an rpm" : "a deb") has no “versions”, “link” or “strip”: \(owner) knows where its "
                + "files go"
        }
        let kind = form == .rpm ? "a package of rpm" : "a Debian package"
        let manager = form == .rpm ? PackageManagerName.dnf : .apt
        let isName =
            package.map {
                $0.utf8.count <= Self.longestName && PackageName($0, of: manager) != nil
            } ?? false
        return isName ? nil : "“package” is not the name of \(kind)"
    }

    private var placeFault: String? {
        guard package == nil else { return "“package” is for a deb or rpm only" }
        guard let versions, let link else { return "“versions” or “link” is missing" }
        for (path, key) in [(versions, "versions"), (link, "link")] {
            if let fault = Recipe.faultOfPath(path) { return "“\(key)” \(fault)" }
            // A link in the place of /opt or /usr would take the system away.
            guard path.split(separator: "/").count > 1, !path.hasSuffix("/"),
                !path.contains("//"), !path.split(separator: "/").contains(".")
            else { return "“\(key)” is not a plain path below a folder of the system" }
            if Self.isOfTheSystem(path) {
                return "“\(key)” is a folder of the system, which no application may take"
            }
        }
        if versions == link || versions.hasPrefix("\(link)/") || link.hasPrefix("\(versions)/") {
            return "“versions” and “link” lie in each other"
        }
        guard (0...Self.mostStripped).contains(strip ?? 0), form != .file || strip == nil else {
            return "“strip” is not 0 to \(Self.mostStripped), or stands with a single file"
        }
        return nil
    }

    /// Whether a path is one of the folders that every system has, or lies where only the kernel
    /// and the running system write.
    private static func isOfTheSystem(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        if ["dev", "proc", "run", "sys"].contains(parts[0]) { return true }
        let shared: Set<String> = [
            "bin", "cache", "etc", "games", "include", "lib", "lib32", "lib64", "libexec", "libx32",
            "local", "lock", "log", "mail", "man", "modules", "opt", "run", "sbin", "share",
            "spool",
            "src", "srv", "system", "systemd", "tmp",
        ]
        let isShallow =
            parts.count == 2 || (parts.count == 3 && parts.prefix(2) == ["usr", "local"])
            || (parts.count == 3 && parts.prefix(2) == ["usr", "lib"])
        return isShallow && ["boot", "etc", "lib", "usr", "var"].contains(parts[0])
            && shared.contains(parts[parts.count - 1])
    }

    private var namesFault: String? {
        let blocking = blocking ?? []
        let services = services ?? []
        guard blocking.count <= Self.mostNames, services.count <= Self.mostNames else {
            return "it names more than \(Self.mostNames) programs or services"
        }
        for name in blocking {
            if name.hasPrefix("/") {
                if let fault = Recipe.faultOfPath(name) { return "a blocking program \(fault)" }
            } else if !Self.isName(name) {
                return "“\(name.prefix(40))” is no program's name or path"
            }
        }
        let isUnits = services.allSatisfy { Self.isName($0) && $0.hasSuffix(".service") }
        return isUnits ? nil : "a service is not named as NAME.service"
    }

    private static func isName(_ text: String) -> Bool {
        (1...longestName).contains(text.utf8.count) && !text.hasPrefix("-")
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0)
                    || (0x30...0x39).contains($0) || "_-.@:+".utf8.contains($0)
            }
    }
}
