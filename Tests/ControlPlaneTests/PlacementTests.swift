import Administration
import AgentProtocol
import Fleet
import Policy
import ServerRecords
import Testing
import Trust

@testable import ControlPlane

/// What people say of endpoints, in sealed mode: what waits for operators, and what is handed out.
struct PlacementTests {
    private let operators: Operators
    private let house: House

    init() async throws {
        operators = try Operators()
        house = try await House()
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
    }

    private func waiting() async throws -> Int {
        try await house.useCases.trustStatus(by: house.administrator).waiting
    }

    private func listed() async throws -> Int {
        try await house.useCases.waitingDocuments(by: house.administrator).count
    }

    @Test func `what operators have not been asked for yet counts among what waits`() async throws {
        _ = try await house.enrol("web-1")
        let (told, shown) = (try await waiting(), try await listed())
        #expect(told == shown, "nobody has run “trust pending” before")
        #expect(told >= 1)
        #expect(try await waiting() == shown, "and it counts once when somebody has")
        try await operators.signAll(in: house)
        #expect(try await waiting() == 0)
        _ = try await house.enrol("web-2")
        #expect(try await waiting() == 1)
        #expect(try await listed() == 1)
        try await operators.signAll(in: house)
        #expect(try await waiting() == 0)
    }

    @Test func `of two batches that name an endpoint the one that was issued last is handed out`()
        async throws
    {
        let endpoint = try await house.enrol("web-1")
        func store(_ tag: String, _ name: String, issuedAt: Timestamp) async throws {
            let entry = Placement.Entry(
                endpoint.id, of: EndpointSubject(key: endpoint.id.text, tags: [tag]))
            let document = SignedDocument(
                DocumentHeading(
                    name: name, version: 1, scope: .tenant(house.tenant.id), issuedAt: issuedAt,
                    expiresAt: issuedAt.adding(seconds: 90 * 86_400)), Placement([entry]))
            var envelope = try document.envelope()
            try envelope.sign(with: operators.key)
            let stored = StoredDocument(document, envelope)
            try await house.useCases.ledger.write { try $0.save(stored, replacing: true) }
        }
        let now = house.clock.now
        try await store("lab", "placement-2", issuedAt: now.adding(seconds: -7200))
        try await store("production", "placement-1", issuedAt: now.adding(seconds: -60))
        let answer = try await house.useCases.exchangeTrust(
            TrustRequest(), by: endpoint.principal)
        let envelope = try Envelope(json: Array(try #require(answer.placement).utf8))
        let held = try SignedDocument<Placement>(unverified: envelope)
        #expect(held.body.entry(of: endpoint.id)?.tags == ["production"])
    }
}
