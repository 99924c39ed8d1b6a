import Fleet
import Policy
import ServerRecords
import Store
import TestSupport
import Testing

/// Bundles of updates, on both engines.
@Suite struct `Bundles in the store` {
    private static func name(_ text: String) throws -> PolicyName {
        try #require(PolicyName(text))
    }

    @Test(arguments: Engine.present)
    func `a bundle keeps its lines whatever is said of it, and is its tenant's only`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (ours, theirs) = (
                try await samples.place(in: ledger), try await samples.place(in: ledger, "web-2")
            )
            let browsers = try Self.name("browsers")
            let all = [
                samples.bundle(browsers, 1, of: ours.tenant.id),
                samples.bundle(browsers, 2, of: ours.tenant.id),
                samples.bundle(try Self.name("kernel"), 1, of: ours.tenant.id),
            ].sorted { $0.id.text < $1.id.text }
            let foreign = samples.bundle(browsers, 1, of: theirs.tenant.id)
            let lines = [samples.bundleLine("firefox"), samples.bundleLine("chromium")]
            var said = all[1]
            said.state = .approved
            said.words = [
                PatchBundle.Word(
                    isApproval: true, by: "user:anna", person: "user:anna", at: samples.now,
                    reason: "", approvals: [])
            ]
            let changed = said
            try await ledger.write { records in
                for each in all + [foreign] { try records.insert(each, lines: lines) }
                try records.update(changed)
            }
            let (own, other) = (ours.scope, theirs.scope)
            let now = [all[0], changed, all[2]]
            try await ledger.read { (records: any Records) throws in
                #expect(try records.bundle(changed.id, in: own) == changed)
                #expect(try records.bundle(changed.id, in: other) == nil)
                #expect(try records.bundleLines(changed.id, in: own) == lines)
                #expect(try records.bundleLines(changed.id, in: other).isEmpty)
                let listed = try records.bundles(in: own, named: nil, before: nil, limit: 9)
                #expect(listed == Array(now.reversed()))
                let older = try records.bundles(in: own, named: nil, before: all[2].id, limit: 1)
                #expect(older == [changed])
                let named = try records.bundles(in: own, named: browsers, before: nil, limit: 9)
                #expect(Set(named.map(\.version)) == [1, 2] && named.count == 2)
                let everywhere = try records.bundles(
                    in: .provider, named: nil, before: nil, limit: 9)
                #expect(everywhere.count == 4)
                #expect(try records.bundleCount(of: ours.tenant.id) == 3)
                #expect(try records.latestBundleVersion(browsers, of: ours.tenant.id) == 2)
                #expect(try records.latestBundleVersion(browsers, of: theirs.tenant.id) == 1)
                let unknown = try Self.name("unknown")
                #expect(try records.latestBundleVersion(unknown, of: ours.tenant.id) == 0)
            }
        }
    }

    @Test(arguments: Engine.present)
    func `a version is there once`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            let browsers = try Self.name("browsers")
            let (first, again) = (
                samples.bundle(browsers, 1, of: ours.tenant.id),
                samples.bundle(browsers, 1, of: ours.tenant.id)
            )
            try await ledger.write { try $0.insert(first, lines: []) }
            await #expect(throws: NameTaken.self) {
                try await ledger.write { try $0.insert(again, lines: []) }
            }
        }
    }
}

extension Samples {
    mutating func bundle(
        _ name: PolicyName, _ version: Int, of tenant: TenantID
    ) -> PatchBundle {
        PatchBundle(
            id: id(), tenant: tenant, name: name, version: version,
            query: BundleQuery(packages: ["firefox*", "chromium*"], seenFrom: now),
            content: PatchBundle.Content(
                lines: 2, packages: 2, vulnerabilities: 2, knownExploited: 1),
            note: "Wanted", approvers: 2, madeBy: "user:rita", madeAt: now)
    }

    func bundleLine(_ package: String) -> BundleLine {
        BundleLine(
            manager: .apt, package: package, version: "2.0-1", source: package,
            origin: "Debian-Security:12/stable-security", classes: [.security],
            severity: .important, vulnerabilities: ["CVE-2026-1000"], knownExploited: true)
    }
}
