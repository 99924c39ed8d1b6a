public import AgentCore
import PackageManagers
public import Policy

extension EndpointInstaller {
    /// The run with the limit in each of its commands; a note says so where one has none.
    public func limiting(_ run: RunPlan, to bandwidth: Bandwidth) async -> RunPlan {
        let cap = await cap(bandwidth, on: run.commands)
        var limited = run
        limited.commands = run.commands.map { cap.applied(to: $0) ?? $0 }
        if let without = run.commands.first(where: { cap.applied(to: $0) == nil }),
            let tool = without.first?.split(separator: "/").last
        {
            limited.note = cap.sentence(withoutIn: String(tool))
        }
        return limited
    }

    /// The limit as it is put into these commands.
    func cap(_ bandwidth: Bandwidth, on commands: [[String]]) async -> DownloadCap {
        let programs = commands.compactMap { $0.first?.split(separator: "/").last.map(String.init) }
        return await .read(
            bandwidth, runner: runner, for: Set(programs), folder: stateFolder)
    }
}
