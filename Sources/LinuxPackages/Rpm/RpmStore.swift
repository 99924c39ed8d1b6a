import SystemFiles

/// Where the tools of rpm systems keep downloaded packages: a folder for each source.
struct RpmStore: Sendable {
    /// How many folders of sources are looked at: an endpoint has some dozens of sources.
    private static let mostFolders = 500

    var stores = ["/var/cache/dnf", "/var/cache/libdnf5", "/var/cache/zypp/packages"]

    /// dnf keeps packages in `SOURCE-HASH/packages`, zypper in `SOURCE/ARCHITECTURE`.
    var folders: [String] {
        var folders: [String] = []
        for store in stores {
            for source in Files.names(in: store).sorted() {
                folders.append("\(store)/\(source)")
                folders += Files.names(in: "\(store)/\(source)").sorted().lazy
                    .filter { !$0.contains(".") && $0 != "repodata" }
                    .map { "\(store)/\(source)/\($0)" }
                if folders.count >= Self.mostFolders { return folders }
            }
        }
        return folders
    }

    /// `openssl-3.0.7-27.el9.x86_64.rpm`: the name of a file has no epoch.
    static func fileName(_ name: String, _ version: String, _ architecture: String) -> String {
        let bare = version.split(separator: ":").last.map(String.init) ?? ""
        return "\(name)-\(bare).\(architecture).rpm"
    }

    /// The name under which the agent keeps a package: with the epoch, so that two versions which
    /// differ in nothing else are two files. A colon would make rpm take the path for an address.
    static func keptName(_ name: String, _ version: String, _ architecture: String) -> String {
        let parts = version.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0] != "0" else {
            return fileName(name, version, architecture)
        }
        return "\(name)-\(parts[0])_\(parts[1]).\(architecture).rpm"
    }

    /// The first folder's file of a name.
    static func path(of name: String, in folders: [String]) -> String? {
        guard !name.contains("/") else { return nil }
        return folders.lazy.map { "\($0)/\(name)" }
            .first { Files.status($0)?.isRegular == true }
    }

    /// The file of a package; `nil` when it does not lie in any store.
    func file(_ name: String, _ version: String, _ architecture: String) -> String? {
        Self.path(of: Self.fileName(name, version, architecture), in: folders)
    }
}
