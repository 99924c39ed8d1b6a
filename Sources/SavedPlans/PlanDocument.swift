import Administration
public import Fleet
import Foundation
public import Policy
import Trust

/// A plan as it was saved. Its bytes are JSON with sorted keys; nobody changes them afterwards.
public struct PlanDocument: Hashable, Sendable, Codable {
    /// What the document is, and which version of it.
    public var format: String
    /// The tenant whose fleet it is for.
    public var tenant: TenantID
    /// Its name.
    public var name: String
    /// The ticket of the change that it is for.
    public var ticket: String?
    /// The deployment whose part of the fleet's plan it is; `nil` for all of it.
    public var deployment: DeploymentID?
    /// When it was saved.
    public var savedAt: Timestamp
    /// Who saved it.
    public var savedBy: String
    /// When its time begins.
    public var from: Timestamp
    /// When its time ends.
    public var until: Timestamp
    /// The installations, by start.
    public var installs: [PlannedRow]
    /// What is not installed in this time, each with the reason.
    public var waiting: [WaitingRow]
    /// What does not fit together, one sentence each.
    public var conflicts: [String]

    /// The format that is written.
    public static let currentFormat = "patchbay-plan/v1"
    /// The most rows of one plan, 2,000 endpoints with 25 each: its document has about 20 MB then.
    public static let mostRows = 50_000
}

extension PlanDocument {
    /// A plan of a fleet, about to be saved.
    init(
        _ plan: PlannedFleet, name: String, ticket: String?, tenant: TenantID, by person: String,
        at now: Timestamp
    ) {
        self.init(
            format: Self.currentFormat, tenant: tenant, name: name, ticket: ticket, savedAt: now,
            savedBy: person, from: plan.from, until: plan.until,
            installs: plan.installs.map(PlannedRow.init),
            waiting: plan.waiting.map(WaitingRow.init), conflicts: plan.conflicts)
    }

    /// The document as it is stored.
    public func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The digest of a stored document.
    static func digest(of text: String) -> String { Digest.sha256Hex(Array(text.utf8)) }

    /// A document as it was stored.
    init(text: String) throws {
        self = try JSONDecoder().decode(PlanDocument.self, from: Data(text.utf8))
    }
}

/// One installation of a saved plan.
public struct PlannedRow: Hashable, Sendable, Codable {
    /// The endpoint's identifier.
    public var endpoint: String
    /// Its name when the plan was saved.
    public var endpointName: String
    /// The package.
    public var package: PackageKey
    /// The version that is installed.
    public var from: String
    /// The version that it gets.
    public var to: String
    /// When it starts.
    public var startsAt: Timestamp
    /// The window; `nil` where no window limits it.
    public var window: String?
    /// When the open time ends; `nil` where no window limits it.
    public var closesAt: Timestamp?
    /// The endpoint's ring; `nil` for all endpoints at once.
    public var ring: String?
    /// The lane.
    public var lane: Lane
    /// What approves it: a rule of a policy, or a person.
    public var approvedBy: String
    /// What becomes of a reboot.
    public var reboot: PlannedReboot
    /// The size of the download; `nil` where it is not known.
    public var bytes: Int64?
    /// The vulnerabilities that it closes.
    public var vulnerabilities: [String]
    /// By when it must be in.
    public var dueAt: Timestamp?
}

extension PlannedRow {
    init(_ install: PlannedFleet.Install) {
        self.init(
            endpoint: install.endpoint, endpointName: install.endpointName,
            package: install.update.key, from: install.update.installed,
            to: install.update.candidate, startsAt: install.startsAt, window: install.window,
            closesAt: install.closesAt, ring: install.ring, lane: install.lane,
            approvedBy: install.rule, reboot: install.reboot, bytes: install.update.bytes,
            vulnerabilities: install.vulnerabilities, dueAt: install.dueAt)
    }
}

/// What a saved plan leaves where it is.
public struct WaitingRow: Hashable, Sendable, Codable {
    /// The endpoint's identifier.
    public var endpoint: String
    /// Its name when the plan was saved.
    public var endpointName: String
    /// The package.
    public var package: PackageKey
    /// The missing version.
    public var to: String
    /// Why it waits, as a code.
    public var reasonCode: Decision.ReasonCode
    /// Why it waits, for people.
    public var sentence: String
}

extension WaitingRow {
    init(_ wait: PlannedFleet.Wait) {
        self.init(
            endpoint: wait.endpoint, endpointName: wait.endpointName,
            package: wait.decision.update.key, to: wait.decision.update.candidate,
            reasonCode: wait.decision.reasonCode, sentence: wait.decision.sentence)
    }
}
