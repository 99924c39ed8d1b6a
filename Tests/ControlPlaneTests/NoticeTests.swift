import Administration
import Calendar
import ControlPlane
import Fleet
import Notices
import Policy
import ServerRecords
import Synchronization
import Testing

/// Contacts are told of an opening once, before it, with what is planned; what their receivers
/// answer is written down.
@Suite struct `Notices before work begins` {
    /// A receiver whose answers are given, and that remembers what came.
    private final class Receiver: NoticePost {
        private let state = Mutex<(answers: [NoticeAnswer], bodies: [(String, String)])>(([], []))

        init(_ answers: [NoticeAnswer] = []) {
            state.withLock { $0.answers = answers }
        }

        var bodies: [(body: String, id: String)] {
            state.withLock { $0.bodies.map { (body: $0.0, id: $0.1) } }
        }

        func post(_ body: String, to address: String, id: String) async -> NoticeAnswer {
            state.withLock { state in
                state.bodies.append((body, id))
                return state.answers.isEmpty ? .taken("HTTP 200: ok") : state.answers.removeFirst()
            }
        }
    }

    /// Two endpoints that miss nginx, under a policy that installs on Saturdays at 22:00.
    private func house() async throws -> RingHouse {
        try await RingHouse(canaries: 0, others: 2, policy: try policy())
    }

    private func policy() throws -> PatchPolicy {
        var policy = RingHouse.policy(approval: .atOnce)
        policy.lanes.routine.rings = nil
        policy.rings = [:]
        let evening = try #require(LocalTime(hour: 22, minute: 0))
        let saturday = try Recurrence("saturday")
        policy.windows = [
            try #require(
                MaintenanceWindow(
                    name: "any", recurrence: saturday, from: evening, lengthSeconds: 4 * 3600))
        ]
        return policy
    }

    private func add(
        _ name: String = "Finance", hours: Int = 24, to rings: RingHouse
    ) async throws -> NoticeContactSummary {
        try await rings.useCases.addNoticeContact(
            NoticeContactDraft(
                name: name, address: "https://hooks.example.org/secret/1", hoursBefore: hours),
            by: rings.house.administrator)
    }

    private func notices(_ rings: RingHouse) async throws -> [NoticeSummary] {
        try await rings.useCases.notices(by: rings.house.administrator)
    }

    /// Friday, 15 January 2027, 08:00 UTC is when houses begin; their Saturday opens 38 hours later.
    private static let toOpening: Int64 = 38 * 3600

    @Test func `a contact is told once of an opening, so many hours before it`() async throws {
        let rings = try await house()
        let contact = try await add(to: rings)
        #expect(contact.host == "hooks.example.org")
        let receiver = Receiver()
        let early = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
        #expect(early == NoticeRound())
        try await rings.pass(seconds: Self.toOpening - 24 * 3600)
        for endpoint in rings.endpoints { try await endpoint.missNginx() }
        let told = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
        #expect(told.delivered == 1)
        // A new desk is a new process: the store alone keeps it from being told again.
        for _ in 0..<3 {
            let again = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
            #expect(again.delivered == 0)
            try await rings.pass(seconds: 3600)
        }
        let notice = try #require(try await notices(rings).first)
        #expect(try await notices(rings).count == 1)
        #expect(notice.state == .delivered)
        #expect(notice.receipt == "HTTP 200: ok")
        #expect(notice.contact == "Finance")
        #expect(
            notice.text.hasPrefix(
                "Maintenance of Acme: the window any opens 2027-01-16 22:00 UTC and closes "
                    + "2027-01-17 02:00 UTC.\n"
                    + "Planned: 2 updates (2 of security) on 2 endpoints: ep0, ep1.\n"
                    + "Packages: nginx."))
        let sent = try #require(receiver.bodies.first)
        #expect(sent.id == notice.id.text)
        #expect(sent.body.contains("\"endpoints\":2"))
        let entries = try await rings.useCases.auditEntries(
            by: rings.house.administrator, subject: notice.id.text, before: nil, limit: 9)
        #expect(entries.map(\.action) == ["notice.delivered", "notice.made"])
        #expect(entries.first?.sentence.contains("HTTP 200: ok") == true)
    }

    @Test func `each contact has its own time, and what is planned late is told late`() async throws
    {
        let rings = try await house()
        _ = try await add("Finance", hours: 24, to: rings)
        _ = try await add("Operations", hours: 1, to: rings)
        try await rings.pass(seconds: Self.toOpening - 1800)
        let receiver = Receiver()
        // Nobody has scanned for a day: what is missing is not known, and nothing is planned.
        _ = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
        #expect(try await notices(rings).isEmpty)
        for endpoint in rings.endpoints { try await endpoint.missNginx() }
        let round = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
        #expect(round.delivered == 2)
        #expect(Set(try await notices(rings).map(\.contact)) == ["Finance", "Operations"])
    }

    @Test func `what a receiver does not take is tried again, and given up when the window closes`()
        async throws
    {
        let rings = try await house()
        _ = try await add(to: rings)
        try await rings.pass(seconds: Self.toOpening - 3600)
        for endpoint in rings.endpoints { try await endpoint.missNginx() }
        let receiver = Receiver(Array(repeating: .refused("HTTP 503."), count: 100))
        let desk = NoticeDesk()
        for _ in 0..<20 {
            _ = try await rings.useCases.tellContacts(by: receiver, at: desk)
            rings.house.clock.advance(seconds: 1800)
        }
        let notice = try #require(try await notices(rings).first)
        #expect(notice.state == .failed)
        #expect(notice.receipt == "HTTP 503.")
        #expect(notice.attempts == receiver.bodies.count)
        #expect(notice.attempts > 4)
        #expect(Set(receiver.bodies.map(\.id)) == [notice.id.text])
        let entries = try await rings.useCases.auditEntries(
            by: rings.house.administrator, subject: notice.id.text, before: nil, limit: 9)
        #expect(entries.map(\.action) == ["notice.failed", "notice.made"])
    }

    /// The same policy with a window on Sunday from midnight to 06:00, into which Saturday's goes
    /// over, and perhaps freezes.
    private func joined(freezes: [Freeze] = []) throws -> PatchPolicy {
        var policy = try policy()
        policy.windows.append(
            try #require(
                MaintenanceWindow(
                    name: "early", recurrence: try Recurrence("sunday"), from: .midnight,
                    lengthSeconds: 6 * 3600)))
        policy.lanes.routine.windows.append(RingHouse.name("early"))
        policy.freezes = freezes
        return policy
    }

    @Test func `windows that overlap are one opening, which is told once`() async throws {
        let rings = try await RingHouse(canaries: 0, others: 2, policy: try joined())
        _ = try await add(to: rings)
        let receiver = Receiver()
        try await rings.pass(seconds: Self.toOpening - 3600)
        // Before the first opens, in both, and when the second alone is left.
        for _ in 0..<3 {
            for endpoint in rings.endpoints { try await endpoint.missNginx() }
            _ = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
            try await rings.pass(seconds: 3 * 3600)
        }
        #expect(
            try await notices(rings).map(\.opensAt)
                == [House.start.adding(seconds: Self.toOpening)])
        #expect(receiver.bodies.count == 1)
    }

    @Test func `a freeze that shuts the first of them later makes no news of the rest`()
        async throws
    {
        let rings = try await RingHouse(canaries: 0, others: 2, policy: try joined())
        _ = try await add(to: rings)
        let receiver = Receiver()
        try await rings.pass(seconds: Self.toOpening - 3600)
        for endpoint in rings.endpoints { try await endpoint.missNginx() }
        _ = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
        let saturday = try #require(LocalDate("2027-01-16"))
        let freeze = try #require(Freeze(from: saturday, to: saturday, reason: "Stocktaking"))
        let tenant = rings.house.tenant.id
        let policy = try joined(freezes: [freeze])
        try await rings.useCases.ledger.write { records in
            var record = try #require(try records.policies(holdingFor: tenant).first)
            record.policy = policy
            record.version += 1
            try records.update(record)
        }
        _ = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
        let plan = try await rings.useCases.planPolicies(
            for: tenant, by: rings.house.administrator)
        #expect(plan.installs.first?.window == "early")
        #expect(try await notices(rings).count == 1)
    }

    @Test func `a notice whose window closed while the server was away is not sent any more`()
        async throws
    {
        let rings = try await house()
        _ = try await add(to: rings)
        try await rings.pass(seconds: Self.toOpening - 3600)
        for endpoint in rings.endpoints { try await endpoint.missNginx() }
        let receiver = Receiver([.refused("HTTP 503.")])
        _ = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
        rings.house.clock.advance(seconds: 6 * 3600)
        _ = try await rings.useCases.tellContacts(by: receiver, at: NoticeDesk())
        let notice = try #require(try await notices(rings).first)
        #expect(notice.state == .failed)
        #expect(notice.receipt == "HTTP 503.")
        #expect(receiver.bodies.count == 1)
    }

    @Test(arguments: [
        "http://hooks.example.org/1", "ftp://hooks.example.org", "https://", "/etc/passwd", "",
        "https://user:word@example.org/", "http://127.0.0.1@example.org/", "https://exa mple.org/",
    ])
    func `an address that is not safe is refused`(address: String) async throws {
        let rings = try await house()
        let refusal = await #expect(throws: Refusal.self) {
            try await rings.useCases.addNoticeContact(
                NoticeContactDraft(name: "X", address: address, hoursBefore: 1),
                by: rings.house.administrator)
        }
        #expect(refusal?.code == "E_CONTACT_ADDRESS")
    }

    @Test func `contacts are listed without their addresses, and removed`() async throws {
        let rings = try await house()
        let contact = try await add(to: rings)
        await #expect(throws: Refusal.self) { try await add(to: rings) }
        await #expect(throws: Refusal.self) { try await add("Y", hours: 721, to: rings) }
        #expect(
            try await rings.useCases.noticeContacts(by: rings.house.administrator) == [contact])
        let stranger = Principal(
            name: "user:eve", scope: .tenant(rings.useCases.effects.newIdentifier()),
            permissions: Set(Permission.allCases))
        #expect(try await rings.useCases.noticeContacts(by: stranger).isEmpty)
        await #expect(throws: Refusal.self) {
            try await rings.useCases.removeNoticeContact(contact.id, by: stranger)
        }
        try await rings.useCases.removeNoticeContact(
            contact.id, by: rings.house.administrator)
        #expect(try await rings.useCases.noticeContacts(by: rings.house.administrator).isEmpty)
    }
}
