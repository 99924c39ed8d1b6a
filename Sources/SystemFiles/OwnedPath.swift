/// Whether a path leads to what it led to before, whoever else works on the machine: as sshd asks
/// with `StrictModes`, not only of the file but of all that stands above it.
package enum OwnedPath {
    /// The most links on the way, as in the kernel (path_resolution(7)).
    private static let mostLinks = 40
    private static let sticky: UInt32 = 0o1000

    /// Why others than the trusted users could exchange a file, folder or link on the way.
    ///
    /// In a folder such as `/tmp`, in which everybody may make names and only owners may take them
    /// away, a name of a trusted user is safe.
    ///
    /// - Parameters:
    ///   - path: an absolute path.
    ///   - owners: the users that are trusted; the superuser always is.
    ///   - mayBeMissing: whether the end of the path need not be there yet.
    /// - Returns: A clause that begins with its path; `nil` when none could.
    package static func fault(
        of path: String, trusting owners: Set<UInt32>, mayBeMissing: Bool = false
    ) -> String? {
        var done = ""
        var rest = path.split(separator: "/").map(String.init)
        var links = 0
        var shared: String?
        if let fault = fault(ofEntry: "/", owners, &shared) { return fault }
        while !rest.isEmpty {
            let name = rest.removeFirst()
            if name == "." { continue }
            if name == ".." {
                done = String(done[..<(done.lastIndex(of: "/") ?? done.startIndex)])
                continue
            }
            let place = "\(done)/\(name)"
            guard let own = try? Files.Status(of: place, followsLinks: false) else {
                guard mayBeMissing else { return "\(place) is not there" }
                return shared.map { "\($0) can be written by everybody" }
            }
            if let target = Files.link(place) {
                links += 1
                guard links <= mostLinks else { return "\(place) leads in circles" }
                guard isTrusted(own.owner, owners) else {
                    return "\(place) belongs to another user"
                }
                shared = nil
                if target.hasPrefix("/") { done = "" }
                rest = target.split(separator: "/").map(String.init) + rest
                continue
            }
            done = place
            if let fault = fault(ofEntry: place, owners, &shared) { return fault }
        }
        return shared.map { "\($0) can be written by everybody" }
    }

    /// What is wrong with one name on the way; `shared` is the folder that is well only if what it
    /// holds on the way belongs to a trusted user.
    private static func fault(
        ofEntry place: String, _ owners: Set<UInt32>, _ shared: inout String?
    ) -> String? {
        guard let status = try? Files.Status(of: place, followsLinks: false) else {
            return "\(place) is not there"
        }
        guard isTrusted(status.owner, owners) else { return "\(place) belongs to another user" }
        shared = nil
        guard status.permissions & 0o022 != 0 else { return nil }
        guard status.isFolder, status.permissions & sticky != 0 else {
            return "\(place) can be written by others"
        }
        shared = place
        return nil
    }

    private static func isTrusted(_ owner: UInt32, _ owners: Set<UInt32>) -> Bool {
        owner == 0 || owners.contains(owner)
    }
}
