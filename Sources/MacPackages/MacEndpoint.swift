import PackageManagers
import SystemFiles

/// Whether this machine is a Mac, so that its tools are those of this module.
public enum MacEndpoint {
    /// Told by a file that every macOS has, and no other system.
    public static var isThisMachine: Bool { MacPlace().isThere }
}

/// Where things stand on a Mac.
struct MacPlace: Hashable, Sendable {
    /// What every macOS has, and no other system.
    static let mark = "/System/Library/CoreServices/SystemVersion.plist"

    /// Without a slash at its end; empty for this machine. Programs of another folder are run only
    /// where a test has written them.
    var root = ""
    /// Who this process is.
    var user: UInt32 = CurrentUser.number

    var isThere: Bool { exists(Self.mark) }

    func path(_ path: String) -> String { root + path }

    func exists(_ path: String) -> Bool { Files.exists(root + path) }

    /// A tool of the system itself.
    func tool(_ path: String, _ runner: any CommandRunning) -> ToolRunner {
        ToolRunner(runner: runner, path: self.path(path), environment: MacEnvironment.fixed)
    }

    /// Who sits at the machine: the owner of its console; `nil` while nobody has signed in.
    var consoleUser: UInt32? {
        guard let owner = Files.status(path("/dev/console"))?.owner, owner != 0 else { return nil }
        return owner
    }
}

/// What the programs of a run find in their environment; nothing else is there.
enum MacEnvironment {
    static let fixed = [
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/var/root",
        "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "TERM": "dumb", "COLUMNS": "200",
    ]
}
