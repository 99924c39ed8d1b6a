import AgentCore
import AgentSystem
import ArgumentParser
import WindowsPackages

/// Which programs play the tools of a Windows endpoint, for trying what Patchbay does with them
/// (docs/windows.md). The agent itself runs on this machine, which is not rebooted then.
struct PlayedWindows: ParsableArguments {
    @Option(
        name: .customLong("windows-programs"),
        help: ArgumentHelp(
            "Look at a Windows endpoint whose tools are played by the programs that this file names.",
            valueName: "file", visibility: .hidden))
    var file: String?

    /// The programs; `nil` where this machine is the endpoint.
    func programs() throws -> WindowsPrograms? {
        guard let file else { return nil }
        do {
            return try WindowsPrograms(file: file)
        } catch {
            throw ProgramFailure(error.description, status: ProgramFailure.wrongUse)
        }
    }

    /// What looks at the endpoint that is played; `nil` where this machine is the endpoint.
    func scanner(_ state: DiskStateFolder) throws -> (any Scanning)? {
        try programs().map {
            WindowsScanner($0, stateFolder: state.path, clock: AgentEffects.system.now)
        }
    }

    /// What installs on it.
    func installer(
        _ state: DiskStateFolder, inactivityLimitSeconds: Int64
    ) throws -> (any Installing & Prefetching)? {
        try programs().map {
            WindowsInstaller(
                $0, stateFolder: state.path, inactivityLimitSeconds: inactivityLimitSeconds,
                environment: Environment.proxies.merging(Self.surroundings) { own, _ in own })
        }
    }

    /// What the programs that play find beside the proxy's settings.
    private static let surroundings = [
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
    ]
}
