public import AgentCore
import PackageManagers
public import Policy

extension EndpointInstaller {
    /// The run with the limit in each of its commands; a note says so where one has none.
    public func limiting(_ run: RunPlan, to bandwidth: Bandwidth) async -> RunPlan {
        let isForApt = run.commands.contains { $0.first?.hasSuffix("/apt-get") == true }
        let cap = await DownloadCap.read(bandwidth, runner: runner, isForApt: isForApt)
        var limited = run
        limited.commands = run.commands.map { cap.applied(to: $0) ?? $0 }
        if let without = run.commands.first(where: { cap.applied(to: $0) == nil }),
            let tool = without.first?.split(separator: "/").last
        {
            limited.note = cap.sentence(withoutIn: String(tool))
        }
        return limited
    }
}
