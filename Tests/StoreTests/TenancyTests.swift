import ServerRecords
import Administration
import ControlPlane
@testable import Fleet
import Rollout
import Store
import TestSupport
import Testing

@Suite struct `One tenant never sees another` {
    @Test(arguments: Engine.present) func `a foreign scope gets nothing of all that there is`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (own, other) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            let (site, token) = (samples.site(of: own.tenant.id), samples.token(of: own.tenant.id))
            let deployment = samples.deployment(of: own.tenant.id)
            let job = samples.job(of: own.endpoint, in: deployment)
            let (inventory, posture) = (
                samples.inventory(), samples.posture([samples.update("openssl")])
            )
            let (tenant, endpoint, now) = (own.tenant.id, own.endpoint.id, samples.now)
            try await ledger.write {
                try $0.insert(site)
                try $0.save(token)
                try $0.insert(deployment)
                try $0.insert(job)
                try $0.appendLog("text", at: 0, length: 4, to: job.id, of: tenant)
                _ = try $0.store(InventoryText(inventory), digest: "d", of: tenant, at: now)
                try $0.appendHistory(endpoint: endpoint, of: tenant, digest: "d", at: now)
                try $0.store(posture, of: endpoint, tenant: tenant)
            }
            try await ledger.append(samples.auditEntries(tenant.text, 2))
            let foreign = other.scope
            let stranger = other.tenant.id
            let key = MissingUpdateKey(name: "openssl", candidate: "2.0-1")
            let missing = EndpointQuery(scope: foreign, missing: key, freshSince: now)
            try await ledger.read { (records: any Records) throws in
                #expect(try records.tenants(in: foreign).map(\.id) == [stranger])
                #expect(try records.sites(in: foreign).isEmpty)
                #expect(try records.endpoint(endpoint, in: foreign) == nil)
                #expect(
                    try records.endpoints(EndpointQuery(scope: foreign, freshSince: now)).map(
                        \.tenant) == [stranger])
                #expect(try records.endpoints(missing).isEmpty)
                #expect(try records.fleetCounts(in: foreign, freshSince: now).total == 1)
                #expect(try records.endpoints(withMachineFingerprint: "f", of: stranger).isEmpty)
                #expect(try records.inventory("d", of: stranger) == nil)
                #expect(try records.inventory(of: endpoint, tenant: stranger, at: now) == nil)
                #expect(
                    try records.inventoryHistory(of: endpoint, tenant: stranger, limit: 9).isEmpty)
                #expect(try records.posture(of: endpoint, tenant: stranger) == nil)
                #expect(try records.deployment(deployment.id, in: foreign) == nil)
                #expect(try records.deployments(in: foreign, before: nil, limit: 9).isEmpty)
                #expect(try records.jobCounts(of: deployment.id, tenant: stranger).isEmpty)
                #expect(
                    try records.missingUpdates(
                        in: foreign, search: nil, securityOnly: false, limit: 9
                    ).isEmpty)
                #expect(try records.missingSteps(in: foreign, limit: 9).isEmpty)
                #expect(try records.job(job.id, in: foreign) == nil)
                #expect(
                    try records.jobs(JobQuery(scope: foreign, deployment: deployment.id)).isEmpty)
                #expect(try records.log(of: job.id, tenant: stranger, from: 0).text == "")
                #expect(try records.enrolmentTokens(in: foreign).isEmpty)
                #expect(try records.auditHeads(in: foreign).isEmpty)
                #expect(
                    try records.latestAuditEntries(in: foreign, subject: nil, before: nil, limit: 9)
                        .isEmpty)
            }
        }
    }

    @Test(arguments: Engine.present) func `nothing can be written into another tenant's things`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (own, other) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger)
            )
            let (stranger, endpoint, now) = (other.tenant.id, own.endpoint.id, samples.now)
            let (posture, inventory) = (samples.posture([]), samples.inventory(2))
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.write { try $0.store(posture, of: endpoint, tenant: stranger) }
            }
            await #expect(throws: LedgerUnavailable.self) {
                try await ledger.write {
                    _ = try $0.store(InventoryText(inventory), digest: "d", of: stranger, at: now)
                    try $0.appendHistory(endpoint: endpoint, of: stranger, digest: "d", at: now)
                }
            }
            #expect(
                try await ledger.read { try $0.posture(of: endpoint, tenant: own.tenant.id) } == nil
            )
            #expect(try await ledger.read { try $0.hasInventory("d", of: stranger) } == false)
        }
    }
}
