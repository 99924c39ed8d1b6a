import Fleet
import PackageManagers

/// The tools of one Windows endpoint.
struct WindowsTools: Sendable {
    let update: WindowsUpdateTool
    /// The others that are used there.
    let others: [any WindowsTool]

    /// All, with the one first that owns the system's files.
    var all: [any WindowsTool] { [update] + others }

    init(_ programs: WindowsPrograms, runner: any CommandRunning, stateFolder: String) {
        update = WindowsUpdateTool(
            runner: runner, powershell: programs.powershell,
            folder: UpdateFolder(stateFolder: stateFolder))
        var others: [any WindowsTool] = []
        if let path = programs.chocolatey {
            others.append(ChocolateyTool(runner: runner, path: path))
        }
        if let path = programs.winget { others.append(WingetTool(runner: runner, path: path)) }
        self.others = others
    }

    func tool(_ manager: PackageManagerName) -> (any WindowsTool)? {
        all.first { $0.manager == manager }
    }
}
