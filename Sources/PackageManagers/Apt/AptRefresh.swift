import AgentCore
import Fleet

/// Refreshes the package indexes with `apt-get update`.
struct AptRefresh: Sendable {
    let runner: any CommandRunning
    let setting: AptSetting
    /// Waits; tests do not.
    var pause: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }

    /// How often it is tried while another program refreshes, and how long it waits between: two
    /// minutes in all, longer than any refresh that makes progress.
    static let attempts = 12
    static let pauseSeconds: Int64 = 10

    /// Fetching the indexes of a slow line may take minutes.
    private static let timeoutSeconds: Int64 = 900

    /// Refreshes, and says how it went; it never throws, since a refresh that failed is an answer
    /// about the sources.
    func refresh(
        _ sources: [AptSource], at now: Timestamp, after last: RefreshReport?
    ) async -> RefreshReport {
        for attempt in 1...Self.attempts {
            let reading = AptRefreshReading(await run(), sources: sources)
            guard reading.isLocked, attempt < Self.attempts else {
                return reading.report(at: now, after: last)
            }
            await pause(.seconds(Self.pauseSeconds))
        }
        return RefreshReport(attemptedAt: now, outcomes: last?.outcomes ?? [:])
    }

    private func run() async -> CommandOutput {
        var command = Command(
            path: AptSetting.aptGet,
            arguments: [
                "-q", "-o", "Acquire::Retries=2", "-o", "Acquire::http::Timeout=30", "-o",
                "Acquire::https::Timeout=30", "-o", "DPkg::Lock::Timeout=60", "update",
            ])
        command.timeoutSeconds = Self.timeoutSeconds
        do {
            return try await runner.run(command)
        } catch {
            return CommandOutput(
                status: 1, errorOutput: Array("E: apt-get update \(error.clause)".utf8))
        }
    }
}
