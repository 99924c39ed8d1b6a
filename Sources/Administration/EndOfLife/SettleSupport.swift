public import ControlPlane
import Findings
import Fleet
import ServerRecords

extension UseCases {
    /// How many endpoints are changed in one transaction: others get their turn between.
    private static let settledAtOnce = 2000

    /// Notes with every endpoint whether something on it is beyond its support without anybody
    /// having said what is done about it, so that it counts for compliance.
    ///
    /// What has come since the last time is written, and nothing else; while the fleet is still
    /// being read, nothing is.
    public func settleSupport() async throws {
        let state = findings.snapshot()
        let ends = SupportEnds(state, at: effects.now())
        for tenant in state.tenants(in: .provider) { try await settleSupport(of: tenant, ends) }
    }

    func settleSupport(of tenant: TenantID, _ ends: SupportEnds) async throws {
        guard ends.isComplete else { return }
        let (answers, noted) = try await ledger.read {
            (try $0.endOfLifeAnswers(in: .tenant(tenant)), try $0.unsupported(of: tenant))
        }
        let found = ends.unsupported(of: tenant, answers: answers)
        let changed = Set(found.keys).union(noted.keys).filter { found[$0] != noted[$0] }.sorted()
        for start in stride(from: 0, to: changed.count, by: Self.settledAtOnce) {
            let part = changed[start...].prefix(Self.settledAtOnce)
            try await ledger.write { records in
                for id in part { try records.setUnsupported(found[id], of: id, tenant: tenant) }
            }
        }
    }
}
