import PackageManagers
import Rollout

/// A package of rpm that lies on the endpoint as a file.
struct RpmFile: Sendable {
    private static let format = "%{NAME}|%{EPOCHNUM}:%{VERSION}-%{RELEASE}|%{ARCH}\\n"

    let runner: any CommandRunning
    let path: String

    /// Whether it is whole, and the version that an update replaces: what was cut off while it was
    /// downloaded has a header that can be read all the same.
    func isReplaced(by update: LockedUpdate) async -> Bool {
        let rpm = ToolRunner(runner: runner, path: "/usr/bin/rpm")
        let header = await rpm.run(["-qp", "--nosignature", "--qf", Self.format, path])
        guard header.status == 0, let line = TextLines.strings(header.output).first else {
            return false
        }
        let fields = line.split(separator: "|").map(String.init)
        guard fields.count == 3, fields[0] == update.name, fields[2] == update.architecture,
            RpmUpdates.withoutZeroEpoch(fields[1]) == update.from
        else { return false }
        // The signature was looked at by the tool that brought it, by its source's own rules.
        let keys = ToolRunner(runner: runner, path: "/usr/bin/rpmkeys")
        return await keys.run(["--checksig", "--nosignature", path]).status == 0
    }
}
