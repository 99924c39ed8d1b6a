import Administration
import AgentCore
import AgentProtocol
import ControlPlane
import Fleet
import Rollout
import ServerRecords
import Trust

/// The server: the product's use cases over a store that outlives its process.
///
/// Calls are made strictly one at a time, each awaited to its end, so the store's threads change
/// nothing in what happens when.
final class Server {
    private(set) var useCases: UseCases
    private(set) var process = FaultyLedger.Process()
    /// When the process began, in true time; `nil` while it is down.
    private(set) var upSince: Int64?

    private let ledger: any Ledger
    private let keys: ServerKeys
    private let effects: Effects
    private let timeline: Timeline

    init(_ ledger: any Ledger, keys: ServerKeys, timeline: Timeline) {
        self.ledger = ledger
        self.keys = keys
        self.timeline = timeline
        effects = Effects(
            now: { timeline.instant },
            randomBytes: { count in timeline.chance { $0.bytes(count) } })
        useCases = UseCases(
            ledger: FaultyLedger(ledger: ledger, process: process), effects: effects, keys: keys,
            signals: Signals())
        upSince = timeline.now
    }

    /// The process is started.
    func begin() {
        timeline.note("server", "begins")
        process = FaultyLedger.Process()
        useCases = UseCases(
            ledger: FaultyLedger(ledger: ledger, process: process), effects: effects, keys: keys,
            signals: Signals())
        upSince = timeline.now
    }

    /// The process is gone.
    func end() {
        timeline.note("server", "crashes")
        upSince = nil
    }

    /// Use cases that look at the same store from outside the process, for the invariants.
    func observer() -> UseCases {
        UseCases(ledger: ledger, effects: effects, keys: keys, signals: Signals())
    }

    /// What the server answers; `nil` when it crashes instead.
    func perform(_ request: Request, by agent: AgentPrincipal) async -> Reply? {
        do {
            return .success(try await answer(request, by: agent))
        } catch is FaultyLedger.Crash {
            return nil
        } catch let refusal as Refusal {
            timeline.note("server", "refuses a \(request.name): \(refusal.code)")
            return .failure(Self.failure(refusal))
        } catch {
            return .failure(.unreachable("\(error)"))
        }
    }

    private func answer(_ request: Request, by agent: AgentPrincipal) async throws -> Answer {
        switch request {
        case .checkIn(let request): .checkIn(try await useCases.checkIn(request, by: agent))
        case .inventory(let bytes, let digest):
            try await inventory(bytes, digest, by: agent)
        case .scan(let upload): .scan(try await useCases.storeScan(upload, by: agent))
        case .work:
            // The world waits in the server's place: in its own time.
            .work(try await useCases.collectWork(WorkRequest(waitSeconds: 0), by: agent))
        case .progress(let step, let job):
            .report(try await useCases.reportProgress(step, job: job, by: agent))
        case .log(let chunk, let job):
            .report(try await useCases.appendLog(chunk, job: job, by: agent))
        case .result(let result, let job):
            .report(try await useCases.reportResult(result, job: job, by: agent))
        }
    }

    private func inventory(
        _ bytes: [UInt8], _ digest: String, by agent: AgentPrincipal
    ) async throws -> Answer {
        try await useCases.storeInventory(bytes, digest: digest, by: agent)
        return .nothing
    }

    /// The refusal as it comes over HTTP.
    private static func failure(_ refusal: Refusal) -> LinkFailure {
        if let seconds = refusal.retryAfterSeconds { return .busy(retryAfterSeconds: seconds) }
        return .refused(
            status: refusal.kind.httpStatus,
            ProblemBody(
                code: refusal.code, message: refusal.message, nextStep: refusal.nextStep))
    }
}
