import Fleet
import Foundation
import PackageManagers
import SystemFiles
import ToolOutputs
import Versions

/// Finds what the package managers of languages have put on an endpoint for everybody: pip, npm,
/// gem and cargo, by the records that they themselves keep on the disk.
///
/// No program is run: what they would print stands in these files, and their programs belong to
/// whoever may install packages. What the system's own package manager has put there is left out:
/// it is in the inventory already, with its own versions and advisories.
struct LanguagePackages: Sendable {
    /// The root folder, without a slash at its end; empty for this machine.
    var root: String
    private(set) var packages: [PackageKey: Package] = [:]
    /// Records that could not be read.
    private(set) var unparsed: [String] = []

    /// The most packages that are read: more than any machine that is no build server has.
    private static let mostPackages = 20_000
    /// The most folders that one pattern stands for: versions of a language side by side.
    private static let mostFolders = 64
    /// The largest record that is read, in bytes: descriptions stand at the end of it, or are cut.
    private static let largestRecord = 1_048_576
    /// The most records that cannot be read and are told one by one.
    private static let mostUnparsed = 50

    /// What lies below a root folder.
    init(root: String) {
        self.root = root
        readPython()
        readNode()
        readRuby()
        readRust()
    }

    /// In canonical order.
    var sorted: [Package] { packages.values.sorted { $0.precedes($1) } }

    // MARK: Python

    /// Folders of packages: those for everybody, and the superuser's own.
    private mutating func readPython() {
        for base in ["/usr/local/lib", "/usr/lib", "/root/.local/lib"] {
            for version in folders(base, beginning: "python3.") {
                for kind in ["dist-packages", "site-packages"] {
                    let folder = "\(base)/\(version)/\(kind)"
                    for name in names(folder) where name.hasSuffix(".dist-info") {
                        readDistribution(
                            "\(folder)/\(name)", of: version, isSystem: base == "/usr/lib")
                    }
                }
            }
        }
    }

    /// PEP 376: `METADATA` has the name and the version, `INSTALLER` who has put it there.
    private mutating func readDistribution(
        _ folder: String, of version: String, isSystem: Bool
    ) {
        let installer = Files.line("\(root)\(folder)/INSTALLER", limit: 256)?.lowercased()
        // Where nobody has signed in the system's folder, it is the system's.
        guard let installer = installer ?? (isSystem ? nil : "pip"),
            !["rpm", "debian", "dpkg", "apt", "pacman", "portage"].contains(installer)
        else { return }
        let path = "\(folder)/METADATA"
        guard let bytes = Files.bytes("\(root)\(path)", limit: Self.largestRecord) else {
            return tell(path)
        }
        var name: String?
        var number: String?
        // The headers end with the first empty line (email format).
        for line in TextLines.strings(bytes) {
            if line.isEmpty { break }
            if line.hasPrefix("Name: ") { name = TextLines.trimmed(line.dropFirst(6)) }
            if line.hasPrefix("Version: ") { number = TextLines.trimmed(line.dropFirst(9)) }
        }
        add(.pip, name, number, architecture: version, from: path)
    }

    // MARK: JavaScript

    private struct ModuleManifest: Decodable {
        var name: String?
        var version: String?
    }

    /// Global packages, as `npm ls --global --depth=0` lists them.
    private mutating func readNode() {
        for base in ["/usr/local/lib/node_modules", "/usr/lib/node_modules"] {
            for name in names(base) where !name.hasPrefix(".") {
                if name.hasPrefix("@") {
                    for inner in names("\(base)/\(name)") where !inner.hasPrefix(".") {
                        readNode("\(base)/\(name)/\(inner)/package.json")
                    }
                } else {
                    readNode("\(base)/\(name)/package.json")
                }
            }
        }
    }

    private mutating func readNode(_ path: String) {
        // A folder without the file is none of a package.
        guard Files.exists("\(root)\(path)") else { return }
        guard let bytes = Files.bytes("\(root)\(path)", limit: Self.largestRecord),
            let package = try? JSONDecoder().decode(ModuleManifest.self, from: Data(bytes))
        else { return tell(path) }
        add(.npm, package.name, package.version, from: path)
    }

    // MARK: Ruby

    /// `NAME-VERSION.gemspec`, with the platform behind where it is for one. What Ruby itself brings
    /// (`specifications/default`) is the system's.
    private mutating func readRuby() {
        var bases = ["/usr/local/bundle"]
        for base in ["/var/lib/gems", "/usr/local/lib/ruby/gems"] {
            bases += folders(base, beginning: "").map { "\(base)/\($0)" }
        }
        for base in bases {
            let folder = "\(base)/specifications"
            for file in names(folder) where file.hasSuffix(".gemspec") {
                let gem = Self.gem(String(file.dropLast(".gemspec".count)))
                add(.gem, gem?.name, gem?.version, from: "\(folder)/\(file)")
            }
        }
    }

    /// The name ends before the first hyphen behind which a version stands.
    static func gem(_ text: String) -> (name: String, version: String)? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        for place in parts.indices.dropFirst() {
            let part = parts[place]
            guard part.first?.isNumber == true,
                part.prefix(while: { $0 != "." }).allSatisfy(\.isNumber),
                part.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") })
            else { continue }
            return (parts[..<place].joined(separator: "-"), part)
        }
        return nil
    }

    // MARK: Rust

    private struct Crates: Decodable {
        struct Install: Decodable {}

        var installs: [String: Install]
    }

    /// Programs that `cargo install` has built: `NAME VERSION (SOURCE)`.
    private mutating func readRust() {
        for base in ["/root/.cargo", "/usr/local/cargo"] {
            let path = "\(base)/.crates2.json"
            guard Files.exists("\(root)\(path)") else { continue }
            guard let bytes = Files.bytes("\(root)\(path)", limit: Self.largestRecord),
                let crates = try? JSONDecoder().decode(Crates.self, from: Data(bytes))
            else {
                tell(path)
                continue
            }
            for key in crates.installs.keys.sorted() {
                let words = key.split(separator: " ")
                add(
                    .cargo, words.first.map(String.init),
                    words.count >= 3 ? String(words[1]) : nil, from: "\(path): \(key)")
            }
        }
    }

    // MARK: All of them

    private func names(_ folder: String) -> [String] {
        Array(Files.names(in: "\(root)\(folder)").prefix(Self.mostPackages))
    }

    private func folders(_ base: String, beginning start: String) -> [String] {
        names(base).filter { $0.hasPrefix(start) }.prefix(Self.mostFolders).map { $0 }
    }

    private mutating func tell(_ record: String) {
        guard unparsed.count < Self.mostUnparsed else { return }
        unparsed.append("This record of an installed package cannot be read: \(record)")
    }

    /// Of several copies the oldest counts: it is the one that is to be updated.
    private mutating func add(
        _ manager: PackageManagerName, _ name: String?, _ version: String?,
        architecture: String = "all", from record: String
    ) {
        guard packages.count < Self.mostPackages else { return }
        guard let name, let version, PackageName(name, of: manager) != nil,
            Self.isVersion(version)
        else { return tell(record) }
        let package = Package(
            manager: manager, name: name, version: version, architecture: architecture,
            source: name, sourceVersion: version)
        if let known = packages[package.key],
            (try? Self.order(of: manager).compare(known.version, version)) != .greater
        {
            return
        }
        packages[package.key] = package
    }

    private static func isVersion(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    private static func order(of manager: PackageManagerName) -> Ecosystem {
        switch manager {
        case .pip: .pep440
        case .gem: .rubygems
        default: .semver
        }
    }
}
