import Administration
import Advisories
import AdvisoryFormats
import AgentProtocol
import ControlPlane
import Findings
import Fleet
import Forensics
import Foundation
import Groups
import Intelligence
import Rollout
import ServerRecords
import Testing
import Triage
import Trust

/// An endpoint of which forensics is demanded is examined before it is patched.
struct TriageTests {
    private static let hour: Int64 = 3_600

    /// A house with an endpoint that has a vulnerability which is known to be exploited: forensics
    /// is demanded where the endpoint faces the internet.
    private struct Ward {
        let house: House
        let endpoint: TestEndpoint

        var admin: Principal { house.administrator }
        var id: EndpointID { endpoint.principal.endpoint }
        var useCases: UseCases { house.useCases }

        init(exposed: Bool = true) async throws {
            let shelf = TestShelf()
            shelf.publish(
                "kev",
                .init(
                    format: .kev,
                    records: [
                        .exploited("CVE-2026-1", added: House.start),
                        .exploited("CVE-2026-3", added: House.start.adding(seconds: 864_000)),
                    ]))
            house = try await House.tracking(
                [
                    .debian("CVE-2026-1", "openssl", fixed: "3.0.2"),
                    .debian("CVE-2026-3", "curl", fixed: "8.1"),
                ], shelf: shelf, hasCatalogue: true)
            house.useCases.findings.noteFed()
            endpoint = try await house.enrol("web-1")
            try await scan()
            if exposed { try await expose(true) }
            try await look()
        }

        func scan(openssl: String = "3.0.1", curl: String? = nil) async throws {
            var packages = ["openssl": openssl]
            packages["curl"] = curl
            try await endpoint.report(
                packages,
                updates: openssl == "3.0.1"
                    ? [TestEndpoint.update("openssl", from: "3.0.1", to: "3.0.2")] : [])
        }

        func expose(_ isExposed: Bool) async throws {
            _ = try await useCases.setTraits(
                TraitChange(isExposed: isExposed), of: id, by: admin)
        }

        func look() async throws {
            try await house.settle()
            try await useCases.watchTriages()
        }

        func triages() async throws -> [TriageItem] {
            try await useCases.triages(by: admin)
        }

        func only() async throws -> TriageItem {
            let all = try await triages()
            #expect(all.count == 1)
            return try #require(all.first)
        }

        /// What the endpoint is asked for at a check-in.
        func asked() async throws -> [EvidenceRequest] {
            try await useCases.checkIn(
                CheckInRequest(
                    inventoryDigest: nil, postureDigest: nil, scannedAt: nil, agentVersion: "1",
                    bootId: "boot-1"), by: endpoint.principal
            ).evidenceRequests ?? []
        }

        func document(
            _ id: EvidenceID, of endpoint: EndpointID? = nil, takenAt: Timestamp? = nil,
            lines: [String] = ["1 init"], before job: JobID? = nil
        ) throws -> [UInt8] {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return Array(
                try encoder.encode(
                    EvidenceBundle(
                        id: id, endpoint: endpoint ?? self.id,
                        takenAt: takenAt ?? house.clock.now, reason: .demanded,
                        vulnerabilities: ["CVE-2026-1"], job: job, agentVersion: "1",
                        bootId: "boot-1", sections: [EvidenceSection(.processes, lines: lines)])))
        }

        @discardableResult
        func send(_ document: [UInt8]) async throws -> EvidenceReceipt {
            try await useCases.receiveEvidence(document, by: endpoint.principal)
        }

        /// The endpoint answers what it is asked for.
        func answer() async throws {
            for request in try await asked() { try await send(document(request.id)) }
        }

        func alerts() async throws -> [Alert.Kind] {
            try await useCases.alerts(by: admin, openOnly: true).map(\.kind)
                .filter { $0 == .triageOverdue || $0 == .tracesFound }
        }

        func code(_ body: () async throws -> Void) async -> String? {
            do {
                try await body()
                return nil
            } catch {
                return (error as? Refusal)?.code
            }
        }
    }

    @Test func `is opened and asked for where the clock demands it, and nowhere else`()
        async throws
    {
        let calm = try await Ward(exposed: false)
        #expect(try await calm.triages().isEmpty)
        #expect(try await calm.asked().isEmpty)

        let ward = try await Ward()
        let triage = try await ward.only()
        #expect(triage.state == .waitsForEvidence && triage.openedBy == "system")
        #expect(triage.demands.map(\.vulnerability) == ["CVE-2026-1"])
        let start = try #require(triage.demands.first?.since)
        #expect(
            triage.steps.map { $0.dueAt?.seconds(since: start) } == [
                2 * Self.hour, 24 * Self.hour, 72 * Self.hour,
            ])
        let asked = try await ward.asked()
        #expect(asked.count == 1 && asked[0].reason == .demanded)
        #expect(asked[0].vulnerabilities == ["CVE-2026-1"])
        #expect(try await ward.asked() == asked, "it is told again until it has come")
        try await ward.look()
        #expect(try await ward.only().ask?.id == asked[0].id)
    }

    @Test func `evidence that has come is kept as it is, and ends the asking`() async throws {
        let ward = try await Ward()
        let request = try #require(try await ward.asked().first)
        ward.house.clock.advance(seconds: Self.hour)
        let document = try ward.document(request.id)
        let receipt = try await ward.send(document)
        #expect(receipt.sha256 == Digest.sha256Hex(document) && receipt.bytes == document.count)
        #expect(try await ward.send(document) == receipt, "the same again is no other")
        #expect(try await ward.asked().isEmpty)
        let triage = try await ward.only()
        #expect(triage.state == .waitsForVerdict)
        #expect(triage.steps.map(\.state) == [.open, .done, .open])
        let detail = try await ward.useCases.triage(triage.id, by: ward.admin)
        #expect(detail.evidence.map(\.id) == [request.id])
        #expect(detail.evidence.first?.triage == triage.id)
        #expect(
            try await ward.useCases.exportEvidence(request.id, by: ward.admin) == document)
        let shown = try await ward.useCases.evidence(request.id, by: ward.admin)
        #expect(shown.sections.map(\.lines) == [["1 init"]])
        #expect(try await ward.useCases.verifyAudit().intact)
        let actions = try await ward.useCases.auditEntries(by: ward.admin, limit: 99)
            .map(\.action)
        #expect(actions.contains("evidence.received") && actions.contains("evidence.exported"))
    }

    @Test func `an order tells the agent that evidence comes first, until there is a verdict`()
        async throws
    {
        let ward = try await Ward()
        _ = try await ward.useCases.approve(
            DeploymentSelection(endpoints: [ward.id], updates: [.init(name: "openssl")]),
            by: ward.admin)
        let order = try #require(try await ward.endpoint.collect())
        #expect(order.evidence?.vulnerabilities == ["CVE-2026-1"])
        let since = try await ward.only().demands.first?.since
        #expect(order.evidence?.since == since)
        try await ward.answer()
        // The endpoint has it at hand, and says so with its result.
        #expect(try await ward.endpoint.collect()?.evidence == order.evidence)
        _ = try await ward.useCases.giveVerdict(
            on: ward.only().id, .noTraces, note: "", by: ward.admin)
        #expect(try await ward.endpoint.collect()?.evidence == nil)
    }

    @Test func `an order says so before anybody has made a triage of it`() async throws {
        let ward = try await Ward(exposed: false)
        try await ward.expose(true)
        _ = try await ward.useCases.findings(of: ward.id, by: ward.admin)
        _ = try await ward.useCases.approve(
            DeploymentSelection(endpoints: [ward.id], updates: [.init(name: "openssl")]),
            by: ward.admin)
        #expect(try await ward.triages().isEmpty)
        let order = try #require(try await ward.endpoint.collect())
        #expect(order.evidence?.vulnerabilities == ["CVE-2026-1"])
        // The installation is over before a look: somebody has to say all the same whether anybody
        // came by what it has mended.
        try await ward.send(ward.document(ward.useCases.effects.newIdentifier(), before: order.job))
        let triage = try await ward.only()
        #expect(triage.demands.map(\.vulnerability) == ["CVE-2026-1"])
        #expect(triage.evidenceAt == ward.house.clock.now)
        #expect(triage.demands.first?.since == order.evidence?.since)
        try await ward.scan(openssl: "9.0")
        try await ward.look()
        #expect(try await ward.only().id == triage.id)
    }

    @Test func `an endpoint opens no triage by its word alone`() async throws {
        let ward = try await Ward(exposed: false)
        let effects = ward.useCases.effects
        try await ward.send(ward.document(effects.newIdentifier()))
        try await ward.send(ward.document(effects.newIdentifier(), before: effects.newIdentifier()))
        #expect(try await ward.triages().isEmpty)
    }

    @Test func `where traces were found nothing is handed out until the endpoint is cleared`()
        async throws
    {
        let ward = try await Ward()
        try await ward.answer()
        let id = try await ward.only().id
        _ = try await ward.useCases.approve(
            DeploymentSelection(endpoints: [ward.id], updates: [.init(name: "openssl")]),
            by: ward.admin)
        let empty = await ward.code {
            _ = try await ward.useCases.giveVerdict(on: id, .traces, note: " ", by: ward.admin)
        }
        #expect(empty == "E_TRIAGE_NOTE")
        let found = try await ward.useCases.giveVerdict(
            on: id, .traces, note: "A shell runs from /dev/shm.", by: ward.admin)
        #expect(found.sentence.contains("isolate it, and do not patch it before it is imaged"))
        #expect(try await ward.endpoint.collect() == nil)
        #expect(try await ward.alerts() == [.tracesFound])
        let silent = await ward.code {
            _ = try await ward.useCases.giveVerdict(on: id, .noTraces, note: "", by: ward.admin)
        }
        #expect(silent == "E_TRIAGE_NOTE", "who clears it says why")
        _ = try await ward.useCases.giveVerdict(
            on: id, .noTraces, note: "Imaged and made anew.", by: ward.admin)
        #expect(try await ward.endpoint.collect() != nil)
        #expect(try await ward.alerts().isEmpty)
        #expect(try await ward.useCases.verifyAudit().intact)
    }

    @Test func `what is late is told once, and is over when it is done`() async throws {
        let ward = try await Ward()
        let id = try await ward.only().id
        try await ward.look()
        #expect(try await ward.alerts().isEmpty)
        ward.house.clock.advance(seconds: 3 * Self.hour)
        try await ward.look()
        #expect(try await ward.alerts() == [.triageOverdue])
        _ = try await ward.useCases.noteScope(of: id, "This one.", by: ward.admin)
        #expect(try await ward.alerts().isEmpty)
        ward.house.clock.advance(seconds: 22 * Self.hour)
        try await ward.look()
        try await ward.look()
        #expect(try await ward.alerts() == [.triageOverdue])
        #expect(try await ward.only().isOverdue)
        try await ward.answer()
        #expect(try await ward.alerts().isEmpty)
        ward.house.clock.advance(seconds: 48 * Self.hour)
        try await ward.look()
        #expect(try await ward.alerts() == [.triageOverdue])
        _ = try await ward.useCases.giveVerdict(
            on: id, .undetermined, note: "The disk was full.", by: ward.admin)
        #expect(try await ward.alerts().isEmpty)
        #expect(try await ward.only().state == .undetermined)
    }

    @Test func `what was late before anybody could know raises no alert`() async throws {
        let ward = try await Ward(exposed: false)
        ward.house.clock.advance(seconds: 200 * Self.hour)
        try await ward.expose(true)
        try await ward.look()
        try await ward.look()
        #expect(try await ward.only().isOverdue)
        #expect(try await ward.alerts().isEmpty)
    }

    @Test func `it goes on when the endpoint was patched, and ends when nothing demands it`()
        async throws
    {
        let patched = try await Ward()
        try await patched.scan(openssl: "3.0.2")
        try await patched.look()
        #expect(try await patched.only().state == .waitsForEvidence)

        let hidden = try await Ward()
        try await hidden.expose(false)
        try await hidden.look()
        let ended = try await hidden.only()
        #expect(ended.state == .ended && ended.ending == .lifted)
        #expect(try await hidden.asked().isEmpty)
        // It is demanded anew.
        hidden.house.clock.advance(seconds: 1)
        try await hidden.expose(true)
        try await hidden.look()
        #expect(try await hidden.triages().map(\.state) == [.waitsForEvidence, .ended])

        let gone = try await Ward()
        try await gone.useCases.retire(gone.id, by: gone.admin)
        try await gone.look()
        #expect(try await gone.only().ending == .retired)
    }

    @Test
    func `a later vulnerability asks for later evidence, after a verdict by a triage of its own`()
        async throws
    {
        let ward = try await Ward()
        try await ward.answer()
        ward.house.clock.advance(seconds: 864_000 + Self.hour)
        try await ward.scan(curl: "8.0")
        try await ward.look()
        let triage = try await ward.only()
        #expect(triage.demands.map(\.vulnerability) == ["CVE-2026-1", "CVE-2026-3"])
        #expect(triage.state == .waitsForEvidence, "what was taken before shows nothing of it")
        let asked = try await ward.asked()
        #expect(asked.first?.vulnerabilities == ["CVE-2026-1", "CVE-2026-3"])
        try await ward.answer()
        #expect(try await ward.only().state == .waitsForVerdict)

        let other = try await Ward()
        try await other.answer()
        _ = try await other.useCases.giveVerdict(
            on: other.only().id, .noTraces, note: "", by: other.admin)
        try await other.look()
        #expect(try await other.triages().count == 1, "a verdict holds while it is unpatched")
        other.house.clock.advance(seconds: 864_000 + Self.hour)
        try await other.scan(curl: "8.0")
        try await other.look()
        let both = try await other.triages()
        #expect(both.map(\.state) == [.waitsForEvidence, .noTraces])
        #expect(both.first?.demands.map(\.vulnerability) == ["CVE-2026-3"])
    }

    @Test func `a person asks without any clock, and asks again once it has come`() async throws {
        let ward = try await Ward(exposed: false)
        let first = try await ward.useCases.askForEvidence(
            of: ward.id, because: "It behaves oddly.", by: ward.admin)
        #expect(first.steps.allSatisfy { $0.dueAt == nil })
        let asked = try await ward.asked()
        #expect(asked.map(\.reason) == [.ordered])
        let same = try await ward.useCases.askForEvidence(
            of: ward.id, because: "Still.", by: ward.admin)
        #expect(same.ask?.id == asked.first?.id, "the request under way stands")
        try await ward.answer()
        #expect(try await ward.only().state == .waitsForVerdict)
        ward.house.clock.advance(seconds: 60)
        _ = try await ward.useCases.askForEvidence(
            of: ward.id, because: "Once more.", by: ward.admin)
        #expect(try await ward.asked().first.map(\.id) != asked.first?.id)
        #expect(try await ward.only().state == .waitsForEvidence)
        try await ward.look()
        #expect(try await ward.only().state == .waitsForEvidence, "no clock has to demand it")
    }

    @Test func `what is no evidence of the endpoint is refused`() async throws {
        let ward = try await Ward()
        let other = try await ward.house.enrol("web-2")
        let id: EvidenceID = ward.useCases.effects.newIdentifier()
        let good = try ward.document(id)
        let large = [UInt8](repeating: 0x20, count: EvidenceLimits.bundleBytes + 1)
        let foreign = try ward.document(id, of: other.principal.endpoint)
        for (document, code) in [
            (large, "E_EVIDENCE_TOO_LARGE"), ([0x7B], "E_MALFORMED"),
            (
                try ward.document(id, lines: [String(repeating: "x", count: 600_000)]),
                "E_EVIDENCE_MALFORMED"
            ),
            (foreign, "E_EVIDENCE_FOREIGN"), (good, nil),
            (try ward.document(id, lines: ["2 other"]), "E_EVIDENCE_CHANGED"),
        ] as [([UInt8], String?)] {
            #expect(await ward.code { try await ward.send(document) } == code)
        }
        // Another endpoint cannot take its place either.
        let theft = await ward.code {
            _ = try await ward.useCases.receiveEvidence(foreign, by: other.principal)
        }
        #expect(theft == "E_EVIDENCE_CHANGED")
    }

    @Test func `an endpoint cannot push out what it has sent`() async throws {
        let ward = try await Ward(exposed: false)
        var first: EvidenceID?
        for _ in 0..<EvidenceKeeping.mostOfEndpoint {
            let id: EvidenceID = ward.useCases.effects.newIdentifier()
            first = first ?? id
            try await ward.send(ward.document(id))
            ward.house.clock.advance(seconds: 1)
        }
        let more: EvidenceID = ward.useCases.effects.newIdentifier()
        #expect(
            await ward.code { try await ward.send(ward.document(more)) } == "E_EVIDENCE_FULL")
        // After a week what no triage keeps gives way.
        ward.house.clock.advance(seconds: EvidenceKeeping.safeSeconds + 60)
        try await ward.send(ward.document(more))
        let left = try await ward.useCases.evidence(of: ward.id, by: ward.admin).map(\.id)
        #expect(left.count == EvidenceKeeping.mostOfEndpoint)
        #expect(left.first == more)
        #expect(first.map(left.contains) == false)
    }

    @Test func `a clock that goes wrong makes no evidence out of nothing`() async throws {
        let ward = try await Ward()
        let own: EvidenceID = ward.useCases.effects.newIdentifier()
        // From before the vulnerability was known: it shows nothing.
        try await ward.send(
            ward.document(own, takenAt: House.start.adding(seconds: -Self.hour)))
        let request = try #require(try await ward.asked().first)
        // What answers the request was taken after it, whatever the endpoint's clock says.
        try await ward.send(
            ward.document(request.id, takenAt: House.start.adding(seconds: -Self.hour)))
        #expect(try await ward.asked().isEmpty)
        #expect(try await ward.only().state == .waitsForVerdict)
    }
}
