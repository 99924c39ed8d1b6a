import AgentProtocol
import Calendar
import Fleet
import Policy
import Rollout
import Synchronization
import Trust
import Versions

/// The grants, which travel by way of the server and may be anything; and, for the invariants only,
/// what the operator has really signed.
final class GrantBook: Sendable {
    private struct State {
        var grants: [JobID: [UInt8]] = [:]
        var signed: [DeploymentID: Bool] = [:]
        /// By endpoint, each version that a grant of the operator's names, and whether for the
        /// window only.
        var lines: [EndpointID: [LockedUpdate: Bool]] = [:]
    }

    private let state = Mutex(State())

    func put(_ grant: [UInt8], _ job: JobID) { state.withLock { $0.grants[job] = grant } }

    func grant(_ job: JobID) -> [UInt8]? { state.withLock { $0.grants[job] } }

    /// Some grant that is there.
    var anyGrant: [UInt8]? {
        state.withLock { state in state.grants.min { $0.key < $1.key }?.value }
    }

    /// Takes down that the operator has signed.
    func signs(_ deployment: DeploymentID, isWindowed: Bool) {
        state.withLock { $0.signed[deployment] = isWindowed }
    }

    /// Whether the operator has signed it for the window only; `nil` when he has not signed it.
    func truth(_ deployment: DeploymentID) -> Bool? { state.withLock { $0.signed[deployment] } }

    /// Takes down what a grant of the operator's names.
    func names(_ updates: [LockedUpdate], on endpoint: EndpointID, isWindowed: Bool) {
        state.withLock { state in
            for update in updates {
                let before = state.lines[endpoint]?[update] ?? true
                state.lines[endpoint, default: [:]][update] = before && isWindowed
            }
        }
    }

    /// The same for an order: an attacker who sends a grant again that the operator has signed gets
    /// what it names on its endpoint, and nothing else. How often, the endpoint's memory decides,
    /// which is not part of these worlds.
    func truth(_ order: JobOrder) -> Bool? {
        state.withLock { state in
            if let isWindowed = state.signed[order.deployment] { return isWindowed }
            let named = order.updates.map { state.lines[order.endpoint]?[$0] }
            return named.contains(nil) || named.isEmpty ? nil : named.contains(true)
        }
    }
}

/// What stands on an endpoint between an order and its execution: the product's own judgement of
/// signed grants (`Trust.GrantCheck`), asked when an order arrives and when a run begins.
final class OrderGate: Sendable {
    private struct State {
        var orders: [JobID: JobOrder] = [:]
        var believed: [JobID: (bytes: [UInt8], grant: Accepted<Grant>)] = [:]
    }

    let plant: PlantedBug?
    private let book: GrantBook
    private let trust: TrustState
    private let policies: Accepted<PolicySet>
    private let window: DailyWindow
    private let state = Mutex(State())

    init(
        _ book: GrantBook, belief: (state: TrustState, policies: Accepted<PolicySet>),
        window: DailyWindow, plant: PlantedBug?
    ) {
        self.book = book
        trust = belief.state
        policies = belief.policies
        self.window = window
        self.plant = plant
    }

    /// Why an order is not taken; `nil` when it is.
    func refuses(_ order: JobOrder, on endpoint: SimulatedEndpoint) -> String? {
        if let reason = judgement(of: order, on: endpoint, isStarting: false) { return reason }
        state.withLock { $0.orders[order.job] = order }
        return nil
    }

    /// Why a run of a job that was taken earlier is not begun now; `nil` when it may be.
    func refuses(startOf job: JobID, on endpoint: SimulatedEndpoint) -> String? {
        guard let order = state.withLock({ $0.orders[job] }) else {
            return "its order is not known"
        }
        return judgement(of: order, on: endpoint, isStarting: true)
    }

    private func judgement(
        of order: JobOrder, on endpoint: SimulatedEndpoint, isStarting: Bool
    ) -> String? {
        let clock = endpoint.clock
        guard let text = book.grant(order.job), let grant = believed(text, order.job, at: clock)
        else { return plant == .signature ? nil : "it has no grant that is believed" }
        let usual = WorkFigures.estimate(lines: order.updates.count, bytes: 0, reboots: false)
        let check = GrantCheck(
            policies: policies, endpoint: endpoint.id, subject: endpoint.subject,
            zones: Zones(endpoint: .utc), installed: endpoint.installed(for: order.updates),
            workSeconds: isStarting ? nil : usual.seconds,
            compare: { _, a, b in try? Ecosystem.deb.compare(a, b) })
        let lines = order.updates.map { Grant.Update($0.key, version: $0.to) }
        do throws(GrantRefusal) {
            try check.check(grant, for: lines, at: clock)
            return nil
        } catch {
            switch error {
            case .windowClosed, .tooLittleTime: return plant == .window ? nil : error.sentence
            default: return plant == .signature ? nil : error.sentence
            }
        }
    }

    /// A grant whose signatures hold; what was found so once is not reckoned again.
    private func believed(_ bytes: [UInt8], _ job: JobID, at clock: Timestamp) -> Accepted<Grant>? {
        if let known = state.withLock({ $0.believed[job] }), known.bytes == bytes {
            return known.grant
        }
        guard let grant = try? trust.verify(bytes, as: Grant.self, at: clock).accepted else {
            return nil
        }
        state.withLock { $0.believed[job] = (bytes, grant) }
        return grant
    }

    /// Compares a start with what was really signed, and with the window by plain arithmetic.
    func witness(startOf job: JobID, at endpoint: SimulatedEndpoint) {
        guard let order = state.withLock({ $0.orders[job] }) else { return }
        guard let isWindowed = book.truth(order) else {
            endpoint.timeline.broken(
                .signatureRespected, "\(endpoint.name) begins \(job), which nobody has signed")
            return
        }
        if isWindowed, !window.holds(endpoint.clock) {
            endpoint.timeline.broken(
                .windowRespected,
                "\(endpoint.name) begins \(job) at \(endpoint.clock), outside its window")
        }
    }
}

/// A maintenance window that opens each day at the same time, in universal time.
struct DailyWindow: Sendable {
    static let lengthSeconds: Int64 = 1800

    let window: MaintenanceWindow
    private let opensAtSecond: Int64

    /// `nil` for a time that is none.
    init?(opensAt hour: Int64, minute: Int64) {
        guard let from = LocalTime(hour: Int(hour), minute: Int(minute)),
            let window = MaintenanceWindow(
                name: "nightly", recurrence: .daily, from: from,
                lengthSeconds: Self.lengthSeconds)
        else { return nil }
        self.window = window
        opensAtSecond = hour * 3600 + minute * 60
    }

    /// Whether an instant lies in it, reckoned without the calendar.
    func holds(_ instant: Timestamp) -> Bool {
        let second = instant.milliseconds / 1000 - opensAtSecond
        return (second % 86_400 + 86_400) % 86_400 < Self.lengthSeconds
    }
}
