import Administration
import ControlPlane
import Fleet
import Policy
import Requests
import Rollout
import ServerRecords
import TestSupport
import Testing

/// What people ask others to approve.
struct RequestTests {
    /// A house with an endpoint that misses an update, somebody who asks and somebody who decides.
    private struct Place {
        let house: House
        let endpoint: EndpointID
        let rita: Principal
        let anna: Principal

        init() async throws {
            house = try await House()
            let enrolled = try await house.enrol("web-1")
            try await enrolled.report(["openssl": "1"], updates: [TestEndpoint.update("openssl")])
            endpoint = enrolled.id
            rita = Self.person("rita", .requester, house.tenant.id)
            anna = Self.person("anna", .approver, house.tenant.id)
        }

        static func person(_ name: String, _ role: Role, _ tenant: TenantID) -> Principal {
            Principal(
                name: "user:\(name)", scope: .tenant(tenant), permissions: role.permissions)
        }

        func ask(_ package: String = "openssl") async throws -> RequestRecord {
            try await house.useCases.ask(
                RequestDraft(
                    updates: RequestedUpdates(package: package), reason: "It concerns us"),
                by: rita)
        }

        func askForRun() async throws -> RequestRecord {
            try await house.useCases.ask(
                RequestDraft(
                    run: DeploymentSelection(
                        endpoints: [endpoint], updates: [.init(name: "openssl")]),
                    reason: "The audit"), by: rita)
        }

        func refusal(_ act: () async throws -> RequestRecord) async -> String? {
            do { _ = try await act() } catch { return (error as? Refusal)?.code }
            return nil
        }
    }

    @Test func `updates are approved by who grants the request, not by who asks`() async throws {
        let place = try await Place()
        let useCases = place.house.useCases
        let asked = try await place.ask()
        #expect(asked.sentence == "Approve openssl for all endpoints of the tenant.")
        #expect(try await useCases.approvals(by: place.rita).isEmpty, "nothing is approved by it")
        let granted = try await useCases.grantRequest(asked.id, by: place.anna)
        #expect(granted.state == .granted && granted.answeredBy == "user:anna")
        let approval = try #require(try await useCases.approvals(by: place.rita).first)
        #expect(approval.record.id.text == granted.outcome)
        #expect(approval.record.word.person == "user:anna")
        #expect(approval.record.note == "It concerns us")
        let entries = try await useCases.auditEntries(
            by: place.house.administrator, subject: asked.id.text)
        #expect(entries.map(\.action) == ["request.granted", "request.made"])
        #expect(entries.map(\.actor) == ["user:anna", "user:rita"])
        #expect(
            await place.refusal { try await useCases.grantRequest(asked.id, by: place.anna) }
                == "E_REQUEST_STATE")
    }

    @Test func `a run is released by who grants the request, and one that fails waits again`()
        async throws
    {
        let place = try await Place()
        let useCases = place.house.useCases
        let (first, second) = (try await place.askForRun(), try await place.askForRun())
        #expect(try await useCases.deployments(by: place.rita).isEmpty)
        let granted = try await useCases.grantRequest(first.id, by: place.anna)
        let run = try #require(try await useCases.deployments(by: place.rita).first?.deployment)
        #expect(run.id.text == granted.outcome && run.approvedBy == "user:anna")
        // What is on its way already is not ordered again.
        let code = await place.refusal {
            try await useCases.grantRequest(second.id, by: place.anna)
        }
        #expect(code == "E_NOTHING_TO_INSTALL")
        let waiting = try await useCases.requests(by: place.rita, waitingOnly: true)
        #expect(waiting == [second], "it is as it was")
    }

    @Test func `a run is asked for in the server's words, with the versions that are missing now`()
        async throws
    {
        let place = try await Place()
        let update = TestEndpoint.update("openssl")
        let run = DeploymentSelection(
            endpoints: [place.endpoint], updates: [], allSecurity: true, title: "Harmless")
        let asked = try await place.house.useCases.ask(
            RequestDraft(run: run, reason: "The audit"), by: place.rita)
        #expect(
            asked.sentence == "Install openssl \(update.candidate) on web-1, as “Harmless”.")
        #expect(asked.run?.updates == [.init(name: "openssl", candidate: update.candidate)])
        #expect(asked.run?.allSecurity == nil)
        // What only who grants may say is not asked for.
        var sly = run
        sly.acceptsNoWayBack = true
        var rebooting = run
        rebooting.aftercare = Aftercare(reboot: .ifNeeded)
        for each in [sly, rebooting] {
            let code = await place.refusal {
                try await place.house.useCases.ask(
                    RequestDraft(run: each, reason: "The audit"), by: place.rita)
            }
            #expect(code == "E_REQUEST")
        }
    }

    @Test func `what was granted and came to nothing can be answered again, later`() async throws {
        let place = try await Place()
        let useCases = place.house.useCases
        var stuck = try await place.ask()
        stuck.state = .granted
        (stuck.answeredBy, stuck.answeredAt) = ("user:ben", place.house.clock.now)
        let stored = stuck
        try await useCases.ledger.write { try $0.update(stored) }
        #expect(
            await place.refusal { try await useCases.grantRequest(stored.id, by: place.anna) }
                == "E_REQUEST_STATE")
        place.house.clock.advance(seconds: RequestRecord.longestGrantSeconds)
        let granted = try await useCases.grantRequest(stored.id, by: place.anna)
        #expect(granted.outcome != nil && granted.answeredBy == "user:anna")
    }

    @Test func `nobody grants what they ask for, whatever their role has become`() async throws {
        let place = try await Place()
        let useCases = place.house.useCases
        let asked = try await place.ask()
        let tenant = place.house.tenant.id
        for role in [Role.approver, .operatorRole, .administrator] {
            let code = await place.refusal {
                try await useCases.grantRequest(
                    asked.id, by: Place.person("rita", role, tenant))
            }
            #expect(code == "E_REQUEST_SAME_PERSON", "\(role)")
        }
        for role in [Role.requester, .auditor, .viewer, .tenantViewer] {
            let code = await place.refusal {
                try await useCases.grantRequest(asked.id, by: Place.person("ben", role, tenant))
            }
            #expect(code == "E_FORBIDDEN", "\(role)")
        }
    }

    @Test func `a request is refused with a reason, and taken back by who asked alone`()
        async throws
    {
        let place = try await Place()
        let useCases = place.house.useCases
        let (first, second) = (try await place.ask(), try await place.ask("nginx"))
        #expect(
            await place.refusal {
                try await useCases.refuseRequest(first.id, RequestAnswer(), by: place.anna)
            } == "E_REQUEST_REASON")
        let refused = try await useCases.refuseRequest(
            first.id, RequestAnswer(reason: "Next week"), by: place.anna)
        #expect(refused.state == .refused && refused.answer == "Next week")
        #expect(
            await place.refusal {
                try await useCases.withdrawRequest(second.id, by: place.anna)
            } == "E_FORBIDDEN")
        let taken = try await useCases.withdrawRequest(second.id, by: place.rita)
        #expect(taken.state == .withdrawn)
        #expect(try await useCases.approvals(by: place.rita).isEmpty)
    }

    @Test func `what asks for nothing, or does not say why, is refused`() async throws {
        let place = try await Place()
        let useCases = place.house.useCases
        let run = DeploymentSelection(endpoints: [place.endpoint], updates: [.init(name: "none")])
        let updates = RequestedUpdates(package: "openssl")
        let stranger: EndpointID = useCases.effects.newIdentifier()
        for (draft, code) in [
            (RequestDraft(reason: "Why"), "E_REQUEST"),
            (RequestDraft(updates: updates, reason: " "), "E_REQUEST"),
            (RequestDraft(updates: updates, run: run, reason: "Why"), "E_REQUEST"),
            (RequestDraft(updates: RequestedUpdates(), reason: "Why"), "E_REQUEST"),
            (RequestDraft(run: run, reason: "Why"), "E_NOTHING_TO_INSTALL"),
            (
                RequestDraft(
                    updates: RequestedUpdates(package: "a", endpoints: [stranger]), reason: "Why"),
                "E_NOT_FOUND"
            ),
            (
                RequestDraft(
                    tenant: useCases.effects.newIdentifier(), updates: updates, reason: "Why"),
                "E_NOT_FOUND"
            ),
        ] {
            let told = await place.refusal { try await useCases.ask(draft, by: place.rita) }
            #expect(told == code, "\(draft)")
        }
        #expect(try await useCases.requests(by: place.rita).isEmpty)
    }
}
