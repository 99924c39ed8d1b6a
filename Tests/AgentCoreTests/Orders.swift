import AgentProtocol
import Fleet
import Rollout
import TestSupport

/// Orders and identifiers for tests.
enum Orders {
    static let start = Timestamp("2026-11-21T12:00:00Z") ?? Timestamp(seconds: 0)

    static func identifier<Kind>(_ seed: UInt64, _: Kind.Type = Kind.self) -> Identifier<Kind> {
        var generator = SeededGenerator(seed: seed)
        return Identifier(at: start, using: &generator)
    }

    static let endpoint: EndpointID = identifier(1)
    static let job: JobID = identifier(2)

    static func update(_ name: String, from: String = "1.0", to: String = "2.0") -> LockedUpdate {
        LockedUpdate(manager: .apt, name: name, architecture: "amd64", from: from, to: to)
    }

    static func order(
        _ updates: [LockedUpdate], job: JobID = job, endpoint: EndpointID = endpoint,
        deadlineSeconds: Int64 = 86_400
    ) -> JobOrder {
        JobOrder(
            job: job, deployment: identifier(3), endpoint: endpoint, updates: updates,
            issuedAt: start,
            deadline: start.adding(seconds: deadlineSeconds))
    }

    static func order(of names: String...) -> JobOrder { order(names.map { update($0) }) }
}
