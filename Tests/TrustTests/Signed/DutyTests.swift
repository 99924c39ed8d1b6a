import Calendar
import Fleet
import Policy
import Testing
import Versions

@testable import Trust

/// Duties as an endpoint checks them: who may say that somebody is there, for how long, and what
/// it opens.
@Suite struct `A signed duty` {
    private let sample: SignedSample
    private let noon = SignedSample.noon

    init() throws { sample = try SignedSample() }

    private func duty(
        from: Int64 = 0, until: Int64 = 4, windows: [String]? = nil, person: String = "Anna"
    ) -> Duty {
        Duty(
            person, from: noon.adding(seconds: from * 3600),
            until: noon.adding(seconds: until * 3600), windows: windows)
    }

    @Test func `names a person and lasts a week at most`() {
        #expect(duty().fault == nil)
        #expect(duty(from: 4).fault == nil, "one that was ended before it began says nothing")
        #expect(duty(until: 168).fault == nil)
        #expect(duty(until: 169).fault == "it is longer than 7 days")
        #expect(duty(from: 5).fault == "it ends before it begins")
        for nobody in ["", "  ", "Anna\n", String(repeating: "a", count: 201)] {
            #expect(duty(person: nobody).fault?.hasPrefix("it names nobody") == true, "\(nobody)")
        }
        #expect(duty(windows: ["b", "a"]).fault == nil)
        #expect(duty(windows: []).fault != nil)
        #expect(duty(windows: [""]).fault != nil)
    }

    @Test func `says who is there, within the document's own time`() {
        let heading = sample.heading("duty-1", from: noon, until: noon.adding(seconds: 2 * 3600))
        let there = SignedDocument(heading, duty(from: -1, until: 4, windows: ["night"])).onDuty
        #expect(
            there
                == OnDuty(
                    "Anna",
                    OpenStretch(opens: noon, closes: noon.adding(seconds: 2 * 3600)),
                    windows: ["night"]))
        #expect(SignedDocument(heading, duty(from: 1, until: 1)).onDuty == nil)
        #expect(SignedDocument(heading, duty(from: 3, until: 4)).onDuty == nil)
    }

    private func check(
        _ duty: Duty, by key: SigningKey, scope: DocumentScope? = nil, version: Int = 1,
        in state: TrustState? = nil
    ) -> VerificationRefusal? {
        refusal {
            let heading = sample.heading(
                "duty-1", version: version, scope: scope, until: noon.adding(seconds: 4 * 3600))
            let envelope = try sample.signed(SignedDocument(heading, duty), by: key)
            _ = try (state ?? sample.state()).verify(envelope.json, as: Duty.self, at: noon)
        }
    }

    @Test func `is believed from the tenant's own approvers alone, while it holds`() throws {
        #expect(check(duty(), by: sample.a) == nil)
        #expect(check(duty(), by: sample.x) == .unknownKey(.approval))
        #expect(check(duty(), by: sample.s) == .unknownKey(.approval))
        #expect(check(duty(), by: sample.a, scope: .tenant(sample.otherTenant)) == .wrongTenant)
        #expect(check(duty(), by: sample.a, scope: .allTenants) == .wrongTenant)
        let heading = sample.heading("duty-1", until: noon)
        let over = try sample.signed(
            SignedDocument(heading, duty(from: -2, until: 0)), by: sample.a)
        #expect(
            refusal { _ = try sample.state().verify(over.json, as: Duty.self, at: noon) }
                == .expired(at: noon))
    }

    @Test func `that was ended is not brought back by its older version`() throws {
        let heading = sample.heading(
            "duty-1", version: 2, until: noon.adding(seconds: 4 * 3600))
        let ended = try sample.signed(
            SignedDocument(heading, duty(from: 0, until: 0)), by: sample.a)
        let state = try sample.state().verify(ended.json, as: Duty.self, at: noon).state
        #expect(check(duty(), by: sample.a, in: state) == .rolledBack(seen: 2, offered: 1))
    }

    private func ask(
        _ duties: [Duty], at now: Timestamp, missed: Occurrence? = nil, catchUp: CatchUp? = nil,
        workSeconds: Int64? = 0
    ) throws -> GrantRefusal? {
        var set = try sample.policyBody()
        set.policies[0].policy.windows[0].staffing = .onDuty
        set.policies[0].policy.catchUp = catchUp
        func accepted<Body: RoleDocument>(
            _ document: SignedDocument<Body>, by keys: SigningKey...
        ) throws -> Accepted<Body> {
            var envelope = try document.envelope()
            for key in keys { try envelope.sign(with: key) }
            return try sample.state().verify(envelope.json, as: Body.self, at: noon).accepted
        }
        let policies = try accepted(sample.policy(1, set), by: sample.a, sample.b)
        let grant = try accepted(
            sample.grant(1, sample.grantBody(policyDigest: policies.digest)), by: sample.a)
        var zones = Zones(endpoint: .utc)
        zones.onDuty = duties.compactMap { duty in
            SignedDocument(sample.heading("duty-1", from: noon.adding(seconds: -86_400)), duty)
                .onDuty
        }
        let check = GrantCheck(
            policies: policies, endpoint: sample.endpoint,
            subject: EndpointSubject(key: sample.endpoint.text, role: "server"), zones: zones,
            installed: [SignedSample.openssl: "3.0.17-1~deb12u2"], missed: missed,
            workSeconds: workSeconds, compare: { _, a, b in try? Ecosystem.deb.compare(a, b) })
        let update = Grant.Update(SignedSample.openssl, version: "3.0.17-1~deb12u3")
        do {
            try check.check(grant, for: [update], at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `opens the window for the endpoint, and nothing else does`() throws {
        let one = noon.adding(seconds: 3600)
        #expect(try ask([], at: one) == .nobodyOnDuty(window: "daily", next: nil))
        #expect(try ask([duty()], at: one) == nil)
        #expect(try ask([duty(windows: ["daily"])], at: one) == nil)
        #expect(
            try ask([duty(windows: ["other"])], at: one)
                == .nobodyOnDuty(window: "daily", next: nil))
        #expect(
            try ask([duty(from: 24, until: 26)], at: one)
                == .nobodyOnDuty(window: "daily", next: noon.adding(seconds: 86_400)))
        // Somebody is there for the next opening: that is what it waits for.
        let evening = noon.adding(seconds: 6 * 3600)
        #expect(
            try ask([duty(from: 20, until: 30)], at: evening)
                == .windowClosed(next: noon.adding(seconds: 86_400)))
        let late = noon.adding(seconds: 2 * 3600 - 1)
        guard case .tooLittleTime(_, next: nil)? = try ask([], at: late, workSeconds: 3 * 3600)
        else {
            Issue.record("somebody is asked for a window in which it has no room")
            return
        }
        guard case .tooLittleTime? = try ask([duty()], at: late, workSeconds: 600) else {
            Issue.record("it begins in the last second")
            return
        }
        #expect(GrantRefusal.nobodyOnDuty(window: "daily", next: nil).code == "E_GRANT_DUTY")
        #expect(
            GrantRefusal.nobodyOnDuty(window: "daily", next: nil).sentence
                == "The window daily needs somebody on duty, and nobody is.")
    }

    @Test func `is asked for by what is caught up too`() throws {
        let missed = Occurrence(
            opens: noon, closes: noon.adding(seconds: 7200), window: "daily",
            localDate: try #require(LocalDate("2026-11-23")))
        let evening = noon.adding(seconds: 6 * 3600)
        #expect(
            try ask([duty()], at: evening, missed: missed, catchUp: .nextCheckIn)
                == .nobodyOnDuty(window: "daily", next: nil))
        #expect(
            try ask([duty(from: 5, until: 30)], at: evening, missed: missed, catchUp: .nextCheckIn)
                == .windowClosed(next: noon.adding(seconds: 86_400)))
    }

    /// A window as agents read it that know nothing of duties.
    private struct FormerWindow: RoleDocument {
        static let type = PolicySet.type
        static let role = PolicySet.role

        struct Window: Hashable, Codable {
            var name: String
            var isStaffed: Bool
        }

        var window: Window

        var fault: String? { nil }
    }

    @Test func `an agent of a former release refuses a policy that needs one`() throws {
        func text(_ staffing: WindowStaffing) throws -> String {
            var set = try sample.policyBody()
            set.policies[0].policy.windows[0].staffing = staffing
            let envelope = try sample.policy(1, set).envelope()
            return String(decoding: envelope.payload, as: UTF8.self)
        }
        #expect(try !text(.unstaffed).contains("staffing"))
        #expect(try text(.onDuty).contains(#""isStaffed":true,"#))
        // What a reader does not know is refused, whatever else it says.
        let known = #"{"body":{"window":{"isStaffed":true,"name":"w"}},"heading":"#
        let more =
            #"{"body":{"window":{"isStaffed":true,"name":"w","staffing":"onDuty"}},"heading":"#
        let heading =
            try #require(
                StrictJSON.encode(sample.heading()).map { String(decoding: $0, as: UTF8.self) })
        let end = heading + #","type":"policy"}"#
        for (text, isRead) in [(known + end, true), (more + end, false)] {
            let read = StrictJSON.decode(
                SignedDocument<FormerWindow>.self, from: Array(text.utf8))
            #expect((read != nil) == isRead, "\(text)")
        }
    }
}
