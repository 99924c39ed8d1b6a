import AgentProtocol
import Calendar
import Fleet
import Rollout
import Synchronization
import Trust

/// An operator's signed word that a deployment may run on an endpoint.
struct Grant: Sendable {
    /// Whether it may begin only in the maintenance window.
    var isWindowed: Bool
    var signature: [UInt8]

    /// The bytes that are signed: whoever changes a package, a version, the endpoint, the
    /// deployment or the window has no signature.
    static func message(
        _ updates: [LockedUpdate], endpoint: EndpointID, deployment: DeploymentID, isWindowed: Bool
    ) -> [UInt8] {
        var lines = [
            "patchbay simulated grant 1", endpoint.text, deployment.text,
            isWindowed ? "in the window" : "at any time",
        ]
        lines += updates.map { "\($0.manager.rawValue)\t\($0.name)\t\($0.architecture)\t\($0.to)" }
        return Array(lines.joined(separator: "\n").utf8)
    }
}

/// The grants, which travel by way of the server and may be anything; and, for the invariants only,
/// what the operator has really signed.
final class GrantBook: Sendable {
    private struct Place: Hashable {
        var deployment: DeploymentID
        var endpoint: EndpointID
    }

    private struct State {
        var grants: [Place: Grant] = [:]
        var signed: [DeploymentID: Bool] = [:]
    }

    private let state = Mutex(State())

    func put(_ grant: Grant, _ deployment: DeploymentID, _ endpoint: EndpointID) {
        state.withLock { $0.grants[Place(deployment: deployment, endpoint: endpoint)] = grant }
    }

    func grant(_ deployment: DeploymentID, _ endpoint: EndpointID) -> Grant? {
        state.withLock { $0.grants[Place(deployment: deployment, endpoint: endpoint)] }
    }

    /// Takes down that the operator has signed.
    func signs(_ deployment: DeploymentID, isWindowed: Bool) {
        state.withLock { $0.signed[deployment] = isWindowed }
    }

    /// Whether the operator has signed it for the window only; `nil` when he has not signed it.
    func truth(_ deployment: DeploymentID) -> Bool? { state.withLock { $0.signed[deployment] } }
}

/// What stands on an endpoint between an order and its execution: an order needs a signed grant,
/// and one for the window begins only in it, by the endpoint's own clock.
final class OrderGate: Sendable {
    let plant: PlantedBug?
    private let book: GrantBook
    private let key: [UInt8]
    private let window: DailyWindow
    private let orders = Mutex<[JobID: JobOrder]>([:])

    init(_ book: GrantBook, key: [UInt8], window: DailyWindow, plant: PlantedBug?) {
        self.book = book
        self.key = key
        self.window = window
        self.plant = plant
    }

    /// Why an order is not taken; `nil` when it is.
    func refuses(_ order: JobOrder, at clock: Timestamp) -> String? {
        let grant = book.grant(order.deployment, order.endpoint)
        if plant != .signature {
            guard let grant else { return "it has no grant" }
            let message = Grant.message(
                order.updates, endpoint: order.endpoint, deployment: order.deployment,
                isWindowed: grant.isWindowed)
            guard DeviceKey.isValid(signature: grant.signature, of: message, by: key) else {
                return "its grant's signature does not hold"
            }
        }
        if grant?.isWindowed == true, plant != .window, !window.calendar.isOpen(at: clock) {
            return "its window is closed"
        }
        orders.withLock { $0[order.job] = order }
        return nil
    }

    /// Why a run of a job that was taken earlier is not begun now; `nil` when it may be.
    func refuses(startOf job: JobID, at clock: Timestamp) -> String? {
        guard let order = orders.withLock({ $0[job] }) else { return "its order is not known" }
        return refuses(order, at: clock)
    }

    /// Compares a start with what was really signed, and with the window by plain arithmetic.
    func witness(startOf job: JobID, at endpoint: SimulatedEndpoint) {
        guard let order = orders.withLock({ $0[job] }) else { return }
        guard let isWindowed = book.truth(order.deployment) else {
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

/// A maintenance window that opens each day at the same hour, in universal time.
struct DailyWindow: Sendable {
    static let lengthSeconds: Int64 = 3600

    let calendar: WindowCalendar
    private let opensAtHour: Int64

    /// `nil` for an hour that is none.
    init?(opensAtHour hour: Int64) {
        guard let from = LocalTime(hour: Int(hour), minute: 0),
            let window = MaintenanceWindow(
                name: "nightly", recurrence: .daily, from: from,
                lengthSeconds: Self.lengthSeconds),
            let calendar = try? WindowCalendar([window], zones: Zones(endpoint: .utc))
        else { return nil }
        opensAtHour = hour
        self.calendar = calendar
    }

    /// Whether an instant lies in it, reckoned without the calendar.
    func holds(_ instant: Timestamp) -> Bool {
        let second = instant.milliseconds / 1000 - opensAtHour * 3600
        return (second % 86_400 + 86_400) % 86_400 < Self.lengthSeconds
    }
}
