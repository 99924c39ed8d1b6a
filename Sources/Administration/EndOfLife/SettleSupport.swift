import Advisories
public import ControlPlane
import Findings
import Fleet
import Intelligence
import ServerRecords

extension UseCases {
    /// How many endpoints are changed in one transaction: others get their turn between.
    private static let settledAtOnce = 2000

    /// The most endpoints of a tenant that are settled anew in one round: more than scan between
    /// two rounds; the rest is unknown until the next.
    private static let settledPerRound = 50_000

    /// How long a deadline may have passed, in seconds, before it counts where nothing else changed.
    private static let faultPatienceSeconds: Int64 = 300

    /// Notes with every endpoint what counts against it besides its updates: what is beyond its
    /// support without anybody having said what is done about it, and what is known to be exploited
    /// and should have been mended by now. Then the endpoint's latest scan counts as judged.
    ///
    /// What has come since the last time is written, and nothing else; while the fleet is still
    /// being read, nothing is. Nothing is looked at while nothing has changed and no deadline can
    /// have passed unseen for long.
    public func settleSupport() async throws {
        let tenants = findings.snapshot().tenants(in: .provider)
        // What waits is read before the index is: it is in the index then.
        let waiting = try await ledger.read { records in
            try tenants.map { try records.unsettled(of: $0, limit: Self.settledPerRound) }
        }
        // Policies and what people say of endpoints change how they stand.
        let (state, now) = (try await currentFindings(in: .provider), effects.now())
        let isDue = findings.areFaultsDue(
            at: state.revision, now: now, afterSeconds: Self.faultPatienceSeconds)
        guard isDue || waiting.contains(where: { !$0.isEmpty }) else { return }
        let ends = SupportEnds(state, at: now)
        for (tenant, waiting) in zip(tenants, waiting) where isDue || !waiting.isEmpty {
            try await settleSupport(of: tenant, ends, waiting: waiting)
        }
        if isDue, ends.isComplete { findings.noteFaults(at: state.revision, now: now) }
    }

    func settleSupport(
        of tenant: TenantID, _ ends: SupportEnds, waiting: [EndpointID: String] = [:]
    ) async throws {
        guard ends.isComplete else { return }
        let (answers, noted) = try await ledger.read {
            (try $0.endOfLifeAnswers(in: .tenant(tenant)), try $0.faults(of: tenant))
        }
        var noticed = ends.unsupported(of: tenant, answers: answers).mapValues {
            EndpointFaults(unsupported: $0)
        }
        for (id, overdue) in try await overdueExploited(of: tenant) {
            noticed[id, default: EndpointFaults()].overdue = overdue
        }
        let found = noticed
        let changed = Set(found.keys).union(noted.keys).filter { found[$0] != noted[$0] }.sorted()
        for start in stride(from: 0, to: changed.count, by: Self.settledAtOnce) {
            let part = changed[start...].prefix(Self.settledAtOnce)
            try await ledger.write { records in
                for id in part {
                    try records.set(found[id] ?? EndpointFaults(), of: id, tenant: tenant)
                }
            }
        }
        let judged = waiting.sorted { $0.key < $1.key }
        for start in stride(from: 0, to: judged.count, by: Self.settledAtOnce) {
            let part = judged[start...].prefix(Self.settledAtOnce)
            try await ledger.write { records in
                for (id, digest) in part {
                    try records.noteSettled(digest, of: id, tenant: tenant)
                }
            }
        }
    }

    /// A tenant's endpoints that have a vulnerability that is known to be exploited and whose
    /// deadline has passed there, by the policies' regimes and by how exposed each is; each with
    /// the first such vulnerability by its name.
    private func overdueExploited(of tenant: TenantID) async throws -> [EndpointID: String] {
        let scope = Scope.tenant(tenant)
        let (state, ranking) = try await findingRanking(in: scope)
        let view = FindingView(state: state, scope: scope, now: effects.now())
        var found: [EndpointID: String] = [:]
        let exploited = ranking.filter { $0.worst.knownExploited != nil }.sorted {
            $0.name < $1.name
        }
        for ranked in exploited {
            for group in state.groups(of: ranked.number, on: view.visible, at: view.now) {
                group.overdue(in: state, at: view.now).forEach { number in
                    guard let id = state.member(number)?.id, found[id] == nil else { return }
                    let detected = state.detected(ranked.name, on: number, known: group.known)
                    let due = group.due(detected: detected).map { ", due \($0.at.wholeSeconds)" }
                    found[id] = "\(ranked.name)\(due ?? "")"
                }
            }
        }
        return found
    }
}
