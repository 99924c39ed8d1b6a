import Fleet
import Policy
import Rollout

@testable import SavedPlans

/// A plan of two endpoints over a week, and runs of its time. The plan was saved an hour before.
enum Samples {
    static let saved = Timestamp(seconds: 1_800_000_000)

    static func at(hours: Int64, minutes: Int64 = 0) -> Timestamp {
        saved.adding(seconds: hours * 3600 + minutes * 60)
    }

    static func id<Kind: IdentifierKind>(_ number: UInt64, _: Kind.Type) -> Identifier<Kind> {
        var generator = Counter(value: number)
        return Identifier(at: saved, using: &generator)
    }

    static func package(_ name: String) -> PackageKey {
        PackageKey(manager: .apt, name: name, architecture: "amd64")
    }

    /// Planned from 10 to 14 hours after the plan was saved, unless said otherwise.
    static func planned(
        _ endpoint: String = "web-1", _ name: String = "openssl", to: String = "2",
        starts: Int64 = 10, closes: Int64? = 14
    ) -> PlannedRow {
        PlannedRow(
            endpoint: endpoint, endpointName: endpoint, package: package(name), from: "1", to: to,
            startsAt: at(hours: starts), window: closes == nil ? nil : "night",
            closesAt: closes.map { at(hours: $0) }, ring: nil, lane: .routine,
            approvedBy: "rule 1 of servers", reboot: .none, bytes: nil, vulnerabilities: [],
            dueAt: nil)
    }

    static func document(
        _ rows: [PlannedRow], waiting: [WaitingRow] = []
    ) -> PlanDocument {
        PlanDocument(
            format: PlanDocument.currentFormat, tenant: id(1, Kinds.Tenant.self), name: "A plan",
            ticket: nil, savedAt: saved, savedBy: "user:anna", from: saved,
            until: at(hours: 7 * 24), installs: rows, waiting: waiting, conflicts: [])
    }

    static func run(
        _ endpoint: String = "web-1", _ name: String = "openssl", to: String = "2",
        job: UInt64 = 1, policy: String? = "servers", by person: String = "user:ben",
        ordered: Timestamp = Samples.at(hours: 9),
        began: Timestamp? = Samples.at(hours: 10, minutes: 5),
        is state: PlanRun.State = .installed, says sentence: String = "It went so."
    ) -> PlanRun {
        PlanRun(
            line: PlanLine(endpoint: endpoint, package: package(name)), endpointName: endpoint,
            from: "1", to: to, job: id(job, Kinds.Job.self), title: "An order",
            orderedBy: policy.map { "policy:\($0)" } ?? person, policy: policy,
            orderedAt: ordered, beganAt: began,
            endedAt: state == .open ? nil : (began ?? ordered).adding(seconds: 60), state: state,
            sentence: sentence)
    }
}

/// Numbers that count up, so that identifiers differ.
struct Counter: RandomNumberGenerator {
    var value: UInt64

    mutating func next() -> UInt64 { value }
}
