import AgentCore
import SystemFiles

/// What dpkg has not finished, apart from packages that are left as they are.
struct Unfinished {
    /// Those that are left, by name.
    private(set) var left: [String] = []
    /// The others that can be configured, as dpkg is told them.
    private(set) var others: [String] = []

    /// Looks into dpkg's database.
    ///
    /// - Parameters:
    ///   - root: the root folder.
    ///   - marks: what is left, as `PackageBlame.mark` has it.
    init(root: String, leaving marks: [String]) {
        guard !marks.isEmpty, let bytes = Files.bytes("\(root)/var/lib/dpkg/status") else { return }
        let known = Set(marks)
        for entry in DpkgStatus(bytes).entries {
            guard let state = entry.unfinished else { continue }
            if PackageBlame.isMarked(entry.name, entry.version, in: known) {
                left.append(entry.name)
            } else if state == "unpacked" || state == "half-configured" {
                others.append(
                    entry.architecture == "all"
                        ? entry.name : "\(entry.name):\(entry.architecture)")
            }
        }
    }
}
