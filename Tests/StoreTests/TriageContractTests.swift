import Fleet
import Forensics
import ServerRecords
import Store
import TestSupport
import Testing

/// Triages and bundles of evidence, on both engines.
@Suite struct `Triages in the store` {
    private static func triage(_ samples: inout Samples, _ placed: Placed) -> TriageRecord {
        TriageRecord(
            id: samples.id(), tenant: placed.tenant.id, endpoint: placed.endpoint.id,
            openedAt: samples.now, openedBy: TriageRecord.automatic,
            demands: [.init(vulnerability: "CVE-2026-1", since: samples.now)])
    }

    private static func evidence(
        _ samples: inout Samples, _ placed: Placed, _ triage: TriageID? = nil
    ) -> EvidenceRecord {
        let bundle = EvidenceBundle(
            id: samples.id(), endpoint: placed.endpoint.id, takenAt: samples.now,
            reason: .demanded, vulnerabilities: ["CVE-2026-1"], job: nil, agentVersion: "1",
            bootId: "boot", sections: [EvidenceSection(.system, lines: ["a", "b"])])
        return EvidenceRecord(
            EvidenceSummary(of: bundle, sha256: samples.hash(), bytes: 3),
            of: placed.endpoint.id, tenant: placed.tenant.id, triage: triage,
            receivedAt: samples.now)
    }

    @Test(arguments: Engine.present)
    func `a triage comes back as it was, newest first, to its tenant only`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            let theirs = try await samples.place(in: ledger, "web-2")
            let first = Self.triage(&samples, ours)
            var second = Self.triage(&samples, ours)
            let other = Self.triage(&samples, theirs)
            second.scope = .init(text: "One of three.", by: "user:anna", at: samples.now)
            let added = [first, second, other]
            try await ledger.write { records in
                for triage in added { try records.insert(triage) }
            }
            let stored = second
            try await ledger.read { (records: any Records) throws in
                #expect(try records.triage(stored.id, in: ours.scope) == stored)
                #expect(try records.triage(other.id, in: ours.scope) == nil)
                #expect(
                    try records.triages(TriageQuery(in: ours.scope)) == [stored, first])
                #expect(
                    try records.triages(TriageQuery(in: ours.scope, before: stored.id)) == [first])
                #expect(
                    try records.triages(
                        TriageQuery(in: .provider, endpoint: theirs.endpoint.id)) == [other])
                #expect(try records.triages(TriageQuery(in: .provider, limit: 1)) == [other])
            }
        }
    }

    @Test(arguments: Engine.present)
    func `a triage takes every ending and verdict, and only open ones are open`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            var triage = Self.triage(&samples, ours)
            let first = triage
            try await ledger.write { try $0.insert(first) }
            let open = TriageQuery(in: ours.scope, openOnly: true)
            #expect(try await ledger.read { try $0.triages(open) } == [first])
            for ending in TriageRecord.Ending.allCases {
                for verdict in TriageRecord.Verdict.allCases {
                    (triage.ending, triage.verdict) = (ending, verdict)
                    triage.decision = .init(text: "Seen.", by: "user:ben", at: samples.now)
                    triage.endedAt = samples.now
                    let changed = triage
                    try await ledger.write { try $0.update(changed) }
                    let found = try await ledger.read {
                        try $0.triage(changed.id, in: ours.scope)
                    }
                    #expect(found == changed)
                    #expect(try await ledger.read { try $0.triages(open) } == [])
                }
            }
        }
    }

    @Test(arguments: Engine.present)
    func `a triage is late until somebody has been told of each part`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            var triage = Self.triage(&samples, ours)
            let first = triage
            try await ledger.write { try $0.insert(first) }
            func late(afterHours hours: Int64) async throws -> Int {
                let now = first.openedAt.adding(seconds: hours * 3_600 + 1)
                return try await ledger.read { try $0.lateTriages(at: now, limit: 9).count }
            }
            #expect(try await late(afterHours: 1) == 0)
            #expect(try await late(afterHours: 2) == 1)
            triage.told = [.scope, .verdict]
            let told = triage
            try await ledger.write { try $0.update(told) }
            #expect(try await late(afterHours: 23) == 0)
            #expect(try await late(afterHours: 24) == 1)
            triage.evidenceAt = triage.openedAt
            triage.evidenceMetAt = triage.openedAt
            let done = triage
            try await ledger.write { try $0.update(done) }
            #expect(try await late(afterHours: 999) == 0)
        }
    }

    @Test(arguments: Engine.present)
    func `a check-in and the endpoint itself say what is wanted for a triage`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            let (endpoint, now) = (ours.endpoint.id, samples.now)
            let wanted = EndpointForensics(
                request: EvidenceRequest(
                    id: samples.id(), reason: .demanded, vulnerabilities: ["CVE-2026-1"]),
                demand: EvidenceDemand(vulnerabilities: ["CVE-2026-1"], since: now),
                heldBy: samples.id())
            for forensics in [wanted, nil] {
                try await ledger.write { try $0.set(forensics, of: endpoint) }
                let held = try await ledger.write {
                    try $0.checkIn(
                        endpoint, of: ours.tenant.id,
                        reporting: CheckInReport(
                            scannedAt: nil, inventoryDigest: nil, postureDigest: nil,
                            agentVersion: "1", bootId: "b"), at: now)
                }
                #expect(held?.forensics == forensics)
                var found = try #require(
                    try await ledger.read { try $0.endpoint(endpoint, in: ours.scope) })
                #expect(found.forensics == forensics)
                // Whoever stores an endpoint leaves it.
                found.name = "web-9"
                found.forensics = nil
                let changed = found
                try await ledger.write { try $0.update(changed) }
                let after = try await ledger.read { try $0.endpoint(endpoint, in: ours.scope) }
                #expect(after?.forensics == forensics)
            }
        }
    }

    @Test(arguments: Engine.present)
    func `a bundle comes back byte by byte, to its tenant only`(_ engine: Engine) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            let theirs = try await samples.place(in: ledger, "web-2")
            let bundles = (0..<3).map { _ in Self.evidence(&samples, ours) }
            let document: [UInt8] = [0x7B, 0, 0xFF]
            try await ledger.write { records in
                for bundle in bundles { try records.insert(bundle, document: document) }
            }
            try await ledger.read { (records: any Records) throws in
                #expect(try records.evidence(bundles[0].id, in: ours.scope) == bundles[0])
                #expect(try records.evidence(bundles[0].id, in: theirs.scope) == nil)
                #expect(try records.evidenceDocument(bundles[0].id, in: ours.scope) == document)
                #expect(try records.evidenceDocument(bundles[0].id, in: theirs.scope) == nil)
                #expect(
                    try records.evidence(of: ours.endpoint.id, in: ours.scope)
                        == bundles.reversed())
                #expect(try records.evidence(of: ours.endpoint.id, in: theirs.scope).isEmpty)
            }
            // The same one twice, an empty one and one that is too large are refused.
            let more = Self.evidence(&samples, ours)
            let largest = EvidenceLimits.bundleBytes
            for (bundle, bytes) in [(bundles[0], 3), (more, 0), (more, largest + 1)] {
                await #expect(throws: LedgerUnavailable.self) {
                    try await ledger.write {
                        try $0.insert(bundle, document: Array(repeating: 0x20, count: bytes))
                    }
                }
            }
            try await ledger.write {
                try $0.insert(more, document: Array(repeating: 0x20, count: largest))
            }
        }
    }

    @Test(arguments: Engine.present)
    func `what a triage keeps is neither trimmed nor purged, and what is young is not trimmed`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let ours = try await samples.place(in: ledger)
            let open = Self.triage(&samples, ours)
            var ended = Self.triage(&samples, ours)
            (ended.ending, ended.endedAt, ended.verdict) = (.decided, samples.now, .noTraces)
            let closed = ended
            let bundles = [open.id, closed.id, nil, nil].map {
                Self.evidence(&samples, ours, $0)
            }
            try await ledger.write { records in
                try records.insert(open)
                try records.insert(closed)
                for bundle in bundles { try records.insert(bundle, document: [0x20]) }
            }
            func left() async throws -> [EvidenceID] {
                try await ledger.read { try $0.evidence(of: ours.endpoint.id, in: ours.scope) }
                    .map(\.id).reversed()
            }
            let young = bundles[1].receivedAt
            try await ledger.write {
                try $0.trimEvidence(of: ours.endpoint.id, to: 1, receivedBefore: young)
            }
            #expect(try await left() == bundles.map(\.id))
            let later = samples.now.adding(seconds: 1)
            try await ledger.write {
                try $0.trimEvidence(of: ours.endpoint.id, to: 2, receivedBefore: later)
            }
            #expect(try await left() == [bundles[0].id, bundles[2].id, bundles[3].id])
            let purged = try await ledger.write { records in
                [
                    try records.purgeEvidence(before: later, limit: 1),
                    try records.purgeEvidence(before: later, limit: 9),
                    try records.purgeEvidence(before: later, limit: 9),
                ]
            }
            #expect(purged == [1, 2, 0])
            #expect(try await left() == [bundles[0].id])
            let rest = try await ledger.read { try $0.triages(TriageQuery(in: ours.scope)) }
            #expect(rest == [open])
        }
    }
}
