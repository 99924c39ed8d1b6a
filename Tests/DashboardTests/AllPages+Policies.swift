@testable import HTMLTree
import Duties
import DutyPages
import Fleet
import Groups
import Foundation
import HTTPAPI
import Policy
import PolicyDocument
import PolicyEditor
import PolicyForm
import RequestPages
import Rollout

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane
@testable import Dashboard

extension AllPages {
    /// The pages about policies.
    static let policies: [(name: String, page: HTML)] = [
        (
            "policies",
            policiesPage(
                [PolicySamples.summary, PolicySamples.off], tenant: nil,
                chrome: Samples.chrome("/policies"))
        ),
        (
            "policies-empty",
            policiesPage([], tenant: nil, chrome: Samples.chrome("/policies", role: .viewer))
        ),
        ("policy", policyPage(PolicySamples.detail, chrome: Samples.chrome("/policies/x"))),
        (
            "policy-history",
            policyHistoryPage(
                [PolicyVersion(summary: PolicySamples.summary, yaml: policyStarter)],
                chrome: Samples.chrome("/policies/x/history"))
        ),
        (
            "policy-switch",
            policySwitchPage(
                PolicySamples.detail, refused: PolicySamples.actsNow,
                chrome: Samples.chrome("/policies/x/switch"))
        ),
        (
            "policy-new",
            policyEditorPage(
                PolicyEditing(
                    draft: PolicyDraft(yaml: policyStarter), sites: Samples.sites),
                chrome: Samples.chrome("/policies/new"))
        ),
        (
            "policy-form",
            policyEditorPage(
                PolicyEditing(
                    draft: PolicyDraft(yaml: policyStarter), sheet: PolicySamples.sheet(),
                    sites: Samples.sites),
                chrome: Samples.chrome("/policies/new"))
        ),
        ("policy-form-faults", PolicySamples.faultyForm),
        (
            "policy-edit-preview",
            policyEditorPage(
                PolicyEditing(
                    stored: PolicySamples.summary,
                    draft: PolicyDraft(policy: PolicySamples.summary.id, yaml: policyStarter),
                    preview: PolicySamples.preview, refused: PolicySamples.actsNow),
                chrome: Samples.chrome("/policies/x/edit"))
        ),
        (
            "policy-edit-faults",
            policyEditorPage(
                PolicyEditing(
                    draft: PolicyDraft(yaml: "patchbay: policy/v1\nnam: x\n"),
                    preview: PolicyPreview(
                        remarks: [
                            PolicyRemark(
                                isError: true, line: 2, column: 1,
                                message: "unknown key “nam”; did you mean “name”?")
                        ], name: nil)), chrome: Samples.chrome("/policies/new"))
        ),
        (
            "policy-plan",
            planPage(
                PolicySamples.plan, debt: [PolicySamples.indebted], tenant: Samples.tenant,
                chrome: Samples.chrome("/policies/plan"))
        ),
        (
            "policy-windows",
            windowsPage(
                PolicySamples.openings, tenant: Samples.tenant,
                chrome: Samples.chrome("/policies/windows"))
        ),
        (
            "policy-windows-duty",
            windowsPage(
                PolicySamples.staffed, tenant: Samples.tenant, duties: PolicySamples.duties,
                chrome: Samples.chrome("/policies/windows"))
        ),
        (
            "policy-windows-nobody",
            windowsPage(
                PolicySamples.staffed, tenant: Samples.tenant,
                duties: DutyRoster(items: [], windows: ["weekend"]),
                editing: DutyEditing(
                    person: "Anna Keller", until: "2026-11-29T02:00", windows: ["weekend"]),
                refused: Refusal(
                    .malformed, "E_DUTY_TIME", "A duty lasts 7 days at most.",
                    nextStep: "Declare each person's time by itself."),
                chrome: Samples.chrome("/policies/windows"))
        ),
        (
            "approvals",
            approvalsPage(
                PolicySamples.approvals,
                blocked: [
                    BlockedVersion(
                        tenant: Samples.tenant, manager: .apt, package: "nginx",
                        version: "1.22.1-9+deb12u2", deployment: nil,
                        reason: "It broke the shop.", by: "user:anna", at: Samples.now)
                ], tenant: nil, chrome: Samples.chrome("/approvals"))
        ),
        (
            "approval-new",
            decidePage(
                Deciding(
                    updates: [Samples.missing[0].key], endpoints: [Samples.id(11)],
                    endpointName: "web-1.berlin.example.org", tenant: Samples.tenant),
                chrome: Samples.chrome("/approvals/new"))
        ),
        (
            "exceptions",
            exceptionsPage(
                PolicySamples.exceptions, tenant: nil, chrome: Samples.chrome("/exceptions"))
        ),
        (
            "groups",
            groupsPage(
                [
                    ShownGroup(
                        EndpointGroup(
                            tenant: Samples.tenant, name: PolicySamples.name("web"),
                            members: PolicyExpression.among(["web"], of: .tag),
                            note: "Web servers", savedAt: Samples.now, savedBy: "user:anna"),
                        GroupStanding(endpoints: 2, first: ["web-1", "web-2"], unknown: 1)),
                    ShownGroup(
                        EndpointGroup(
                            tenant: Samples.tenant, name: PolicySamples.name("none"),
                            members: PolicyExpression.among(["nothing"], of: .role),
                            savedAt: Samples.now, savedBy: "user:anna"),
                        GroupStanding(endpoints: 0, warning: "Nobody is in it now.")),
                ], tenant: nil, chrome: Samples.chrome("/groups"))
        ),
        (
            "group-acts-now",
            groupsPage(
                [], tenant: nil, editing: PolicySamples.groupThatActs,
                chrome: Samples.chrome("/groups"))
        ),
    ]
}

extension PolicySamples {
    /// A group whose saving waits for a confirmation.
    static let groupThatActs: GroupEditing = {
        var preview = GroupPreview(
            standing: GroupStanding(endpoints: 2, first: ["web-1", "web-2"], unknown: 1))
        (preview.joins, preview.joining) = (1, ["web-2"])
        let acts = "1 endpoint may install at once, 1 of them may reboot."
        preview.installsNow = 1
        preview.rebootsNow = 1
        preview.acts = acts
        return GroupEditing(
            draft: GroupDraft(tenant: Samples.tenant, name: "web", members: "tag = web"),
            preview: preview,
            refused: Refusal(
                .conflict, "E_GROUP_ACTS_NOW", acts,
                nextStep: "Look at who joins and leaves, and confirm the change."))
    }()

    /// An endpoint that misses 120 updates.
    static let indebted: IndebtedEndpoint = {
        let batches = [(50, 0), (50, 60), (20, 120)].map { updates, minutes in
            IndebtedEndpoint.Batch(
                updates: updates, security: minutes == 0 ? 12 : 0,
                startsAt: Samples.now.adding(seconds: Int64(minutes) * 60))
        }
        return IndebtedEndpoint(
            endpoint: Samples.id(11), name: "web-1.berlin.example.org", tenant: Samples.tenant,
            owed: 131, approved: 120, oldestAt: Samples.ago(minutes: 200_000), batches: batches,
            doneAt: Samples.now.adding(seconds: 8_000))
    }()
}

/// Policies and what goes with them, for pages.
enum PolicySamples {
    static func name(_ text: String) -> PolicyName {
        guard let name = PolicyName(text) else { preconditionFailure("\(text) is no name") }
        return name
    }

    private static func summary(
        _ number: UInt64, _ name: String, title: String, isOn: Bool
    ) -> PolicySummary {
        let text = """
            {"id": "\(Samples.id(number, Kinds.Policy.self))", "tenant": "\(Samples.tenant)",
             "tenantName": "Northwind", "level": "tenant", "name": "\(name)",
             "title": "\(title)", "version": 3, "change": "saved", "isEnabled": \(isOn),
             "savedAt": "\(Samples.ago(hours: 20))", "savedBy": "user:anna",
             "note": "Later window", "isInherited": false}
            """
        do {
            return try JSONDecoder().decode(PolicySummary.self, from: Data(text.utf8))
        } catch {
            preconditionFailure("\(error)")
        }
    }

    static let summary = summary(
        71, "servers-standard", title: "Standard servers", isOn: true)
    static let off = summary(72, "kiosk", title: "kiosk", isOn: false)

    /// The form of a text.
    static func sheet(_ yaml: String = policyStarter) -> PolicySheet {
        let file = PolicyFile.read(Array(yaml.utf8), named: "sample")
        guard let policy = file.policies.first else { preconditionFailure("\(file.diagnostics)") }
        return PolicySheet(policy, accepting: file.exceptions[policy.name] ?? [])
    }

    /// A form with faults, and what reading it says.
    static let faultyForm: HTML = {
        var sheet = Self.sheet()
        sheet.root["applies"] = "rol = server"
        sheet.make(.add(table: "rules"))
        sheet.make(.add(table: "freezes"))
        let file = PolicyFile.read(Array(sheet.document.text.utf8), named: "sample")
        let preview = PolicyPreview(
            remarks: file.diagnostics.map {
                PolicyRemark(
                    isError: $0.severity == .error, line: $0.line, column: $0.column,
                    message: $0.message)
            }, name: nil)
        var editing = PolicyEditing(
            stored: summary, draft: PolicyDraft(policy: summary.id, yaml: policyStarter),
            sheet: sheet, preview: preview)
        editing.hasComments = true
        editing.waitsForOperators = true
        return policyEditorPage(editing, chrome: Samples.chrome("/policies/x/edit"))
    }()

    static let detail = PolicyDetail(
        summary: summary, yaml: policyStarter,
        written: [
            WrittenSection(
                heading: "Where it applies",
                paragraphs: ["This policy applies to every endpoint."]),
            WrittenSection(
                heading: "Which updates are installed",
                items: [
                    "A security update that is important or critical is approved 2 days after the fix has come out.",
                    "Every other update waits until a person approves it.",
                ], isOrdered: true),
        ],
        remarks: [
            PolicyRemark(
                isError: false, line: 17, column: 5, message: "no window allows a reboot")
        ],
        endpoints: members, endpointCount: 214,
        unknown: [.init(endpoint: Samples.id(13), name: "new.northwind.example.org")])

    private static let members: [PolicyPreview.Member] = [
        .init(endpoint: Samples.id(11), name: "web-1.berlin.example.org"),
        .init(endpoint: Samples.id(12), name: "web-2.berlin.example.org"),
    ]

    static let preview: PolicyPreview = {
        var preview = PolicyPreview(remarks: [], name: "servers-standard")
        preview.joins = [members[0]]
        preview.leaves = [members[1]]
        preview.stays = 212
        preview.endpoints = 240
        preview.changedDecisions = 31
        preview.acts = [
            .init(
                endpoint: Samples.id(11), name: "web-1.berlin.example.org",
                packages: ["libssl3", "openssl"], mayReboot: true, ring: "canary",
                waitsForRing: false),
            .init(
                endpoint: Samples.id(12), name: "web-2.berlin.example.org",
                packages: ["openssl"], mayReboot: false, ring: "broad", waitsForRing: true),
        ]
        return preview
    }()

    static let actsNow = Refusal(
        .conflict, "E_POLICY_ACTS_NOW", preview.sentence,
        nextStep: "Look at the preview, and confirm the change when that is meant.")

    static let plan: PlannedFleet = {
        let update = Samples.decisions[0].update
        var plan = PlannedFleet(
            PolicyPlan(
                of: [], from: Samples.now, until: Samples.now.adding(seconds: 31 * 86_400)),
            names: [:])
        plan.installs = [
            .init(
                endpoint: Samples.items[0].id.text, endpointName: Samples.items[0].name,
                update: update, startsAt: Samples.now.adding(seconds: 86_400), window: "weekend",
                closesAt: Samples.now.adding(seconds: 100_800), ring: "canary", lane: .routine,
                rule: "rule 1 of servers-standard", reboot: .unknown,
                vulnerabilities: ["CVE-2026-1234"],
                dueAt: Samples.now.adding(seconds: 7 * 86_400))
        ]
        plan.waiting = [
            .init(
                endpoint: Samples.items[1].id.text, endpointName: Samples.items[1].name,
                decision: Samples.decisions[0])
        ]
        plan.misses = [
            .init(
                endpoint: Samples.items[1].id.text, endpointName: Samples.items[1].name,
                update: update, dueAt: Samples.now.adding(seconds: 2 * 86_400), startsAt: nil,
                sentence: "Nobody has approved it yet.")
        ]
        plan.conflicts = ["web-1: several policies of the level tenant apply."]
        plan.bytes = 1_240_000
        return plan
    }()

    static let openings: [WindowOpening] = (0..<6).map { week in
        let opens = Samples.now.adding(seconds: 90_000 + Int64(week) * 7 * 86_400)
        let closes = opens.adding(seconds: 4 * 3600)
        return WindowOpening(
            opens: opens, closes: closes, window: "weekend",
            policy: "servers-standard", zone: "Europe/Berlin", lanes: [.routine, .priority],
            localOpens: berlin(opens), localCloses: berlin(closes))
    }

    /// By Berlin's clocks in winter.
    private static func berlin(_ instant: Timestamp) -> String {
        "\(instant.adding(seconds: 3600).description.dropLast())+01:00"
    }

    /// The same window where it needs somebody, who is there for the first of them.
    static let staffed: [WindowOpening] = openings.enumerated().map { week, opening in
        var opening = opening
        opening.onDuty = week == 0 ? ["Anna Keller"] : []
        return opening
    }

    static let duties: DutyRoster = {
        let (from, until) = (Samples.now.adding(seconds: 86_400), Samples.now)
        let items = [
            DutySummary(
                name: "duty-1", tenant: Samples.tenant, person: "Ben Okafor",
                from: Samples.ago(hours: 1), until: until.adding(seconds: 7200), state: .onDuty),
            DutySummary(
                name: "duty-2", tenant: Samples.tenant, person: "Anna Keller", from: from,
                until: from.adding(seconds: 86_400), windows: ["weekend"], state: .declared),
            DutySummary(
                name: "duty-3", tenant: Samples.tenant, person: "Carla Ruiz", from: from,
                until: from.adding(seconds: 3600), state: .waiting),
        ]
        return DutyRoster(items: items, windows: ["weekend"])
    }()

    static let approvals: [ApprovalItem] = [
        ApprovalItem(
            record: ApprovalRecord(
                id: Samples.id(81), place: .tenant(Samples.tenant),
                word: ApprovalByHand(
                    .hold(reason: "Tested first"), updates: UpdateSelector(package: "nginx"),
                    level: .tenant, person: "user:anna", at: Samples.ago(hours: 5))),
            sentence: "Holds nginx for all endpoints of Northwind: Tested first."),
        ApprovalItem(
            record: ApprovalRecord(
                id: Samples.id(82), place: .provider,
                word: ApprovalByHand(
                    .approved, updates: UpdateSelector(package: "openssl"), level: .provider,
                    person: "user:ben", at: Samples.ago(days: 2)), endedAt: Samples.now,
                endedBy: "user:ben"),
            sentence: "Approved openssl for all tenants."),
    ]

    static let exceptions: [ExceptionRecord] = [ExceptionRecord.State.requested, .approved, .ended]
        .enumerated().map { number, state in
            ExceptionRecord(
                id: Samples.id(UInt64(91 + number)), place: .tenant(Samples.tenant), state: state,
                name: "Old Java", owner: "anna", reason: "The vendor's support ends in March",
                compensatingControl: "No network access", package: "openjdk-8",
                vulnerabilities: ["CVE-2026-1234"], endpoints: nil,
                startsAt: Samples.ago(days: 3), expiresAt: Samples.now.adding(seconds: 864_000),
                requestedBy: "user:ben", requestedAt: Samples.ago(days: 3))
        }
}
