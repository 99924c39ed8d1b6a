import Administration
import ControlPlane
import Fleet
import Foundation
import ServerRecords
import TestSupport
import Testing

/// What each role may do, and that the log tells in which role somebody acted.
struct RoleTests {
    @Test(
        arguments: [
            (Role.administrator, Set(Permission.allCases)),
            (.operatorRole, Set(Permission.allCases).subtracting([.administer])),
            (.approver, [.view, .request, .approve]), (.requester, [.view, .request]),
            (.auditor, [.view, .readAudit]), (.tenantViewer, [.view]), (.viewer, [.view]),
        ] as [(Role, Set<Permission>)])
    func `a role may do what is written of it and nothing else`(
        role: Role, rights: Set<Permission>
    ) {
        #expect(role.permissions == rights)
    }

    @Test(arguments: LifecycleStep.allCases)
    func `whoever owns a step may do its work`(step: LifecycleStep) {
        #expect(step.owner.permissions.contains(step.permission))
    }

    @Test func `docs/roles.md holds every role and every step as it is`() throws {
        let file = Places.packageRoot.appending(path: "docs/roles.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .map(String.init)
        #expect(
            lines.contains(
                "| role | " + Permission.allCases.map(\.rawValue).joined(separator: " | ") + " |"))
        for role in Role.allCases {
            let cells = Permission.allCases.map { role.permissions.contains($0) ? "yes" : "-" }
            let row = "| `\(role.rawValue)` | " + cells.joined(separator: " | ") + " |"
            #expect(lines.contains(row), "\(row)")
        }
        for step in LifecycleStep.allCases {
            let row = "| \(step.rawValue) | `\(step.owner.rawValue)` | \(step.summary) |"
            #expect(lines.contains(row), "\(row)")
        }
    }

    private static func principal(_ name: String, _ role: Role, _ house: House) async throws
        -> Principal
    {
        _ = try await house.useCases.createUser(
            name: name, tenant: house.tenant.id, role: role, password: "four unrelated words",
            by: house.administrator)
        return try await signedIn(name, house)
    }

    private static func signedIn(_ name: String, _ house: House) async throws -> Principal {
        try await house.useCases.signIn(
            name: name, password: "four unrelated words", peer: "192.0.2.1"
        ).principal
    }

    private static func risk(_ house: House) -> ExceptionDraft {
        ExceptionDraft(
            tenant: house.tenant.id, name: "Old Java", owner: "olga", reason: "Support ends",
            compensatingControl: "No network", package: "openjdk-8",
            expiresAt: house.clock.now.adding(seconds: 86_400))
    }

    @Test func `a requester asks, an approver agrees, and the log names both roles`() async throws {
        let house = try await House()
        let rita = try await Self.principal("rita", .requester, house)
        let anna = try await Self.principal("anna", .approver, house)
        let asked = try await house.useCases.requestException(Self.risk(house), by: rita)
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.approveException(asked.id, by: rita)
        }
        #expect(refusal?.code == "E_FORBIDDEN")
        _ = try await house.useCases.approveException(asked.id, by: anna)
        let entries = try await house.useCases.auditEntries(
            by: house.administrator, subject: asked.id.text)
        #expect(entries.map(\.actor) == ["user:anna", "user:rita"])
        #expect(entries.map(\.role) == [.approver, .requester])
        #expect(try await house.useCases.verifyAudit().intact)
        let entry = try #require(entries.first)
        for role in [nil, Role.operatorRole] {
            let forged = AuditEntry(
                chain: entry.chain, sequence: entry.sequence, at: entry.at, actor: entry.actor,
                role: role, action: entry.action, subject: entry.subject,
                sentence: entry.sentence, previousHash: entry.previousHash, hash: entry.hash)
            #expect(entry.isIntact && !forged.isIntact)
        }
    }

    @Test func `an approver changes no policy and leads no run`() async throws {
        let house = try await House()
        let anna = try await Self.principal("anna", .approver, house)
        let attempts: [(String, () async throws -> Void)] = [
            (
                "policy",
                {
                    _ = try await house.useCases.savePolicy(
                        PolicyDraft(tenant: house.tenant.id, yaml: ""), by: anna)
                }
            ),
            (
                "halt",
                {
                    _ = try await house.useCases.halt(
                        house.useCases.effects.newIdentifier(), by: anna)
                }
            ),
            (
                "scan",
                {
                    try await house.useCases.requestScan(
                        house.useCases.effects.newIdentifier(), by: anna)
                }
            ),
            ("audit", { _ = try await house.useCases.auditEntries(by: anna) }),
        ]
        for (name, attempt) in attempts {
            let refusal = await #expect(throws: Refusal.self) { try await attempt() }
            #expect(refusal?.code == "E_FORBIDDEN", "\(name)")
        }
        _ = try await house.useCases.decide(
            ApprovalDraft(.approve, tenant: house.tenant.id, package: "nginx"), by: anna)
    }

    @Test func `an auditor reads the log and changes nothing`() async throws {
        let house = try await House()
        let otto = try await Self.principal("otto", .auditor, house)
        #expect(try await !house.useCases.auditEntries(by: otto).isEmpty)
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.requestException(Self.risk(house), by: otto)
        }
        #expect(refusal?.code == "E_FORBIDDEN")
    }

    @Test func `the same person in another role is still the same person`() async throws {
        let house = try await House()
        let rita = try await Self.principal("rita", .requester, house)
        let asked = try await house.useCases.requestException(Self.risk(house), by: rita)
        let users = try await house.useCases.users(by: house.administrator)
        let user = try #require(users.first { $0.name == "rita" })
        _ = try await house.useCases.changeRole(
            of: user.id, to: .approver, by: house.administrator)
        let now = try await Self.signedIn("rita", house)
        #expect(now.permissions.contains(.approve))
        let refusal = await #expect(throws: Refusal.self) {
            try await house.useCases.approveException(asked.id, by: now)
        }
        #expect(refusal?.code == "E_EXCEPTION_SAME_PERSON")
        // Nor does an administrator accept what their own requester's token has asked for.
        let token = try await house.useCases.createAPIToken(
            by: house.administrator, note: "Asks", tenant: house.tenant.id, role: .requester)
        let program = try await house.useCases.authenticateAPI(bearer: token.text)
        let byProgram = try await house.useCases.requestException(Self.risk(house), by: program)
        let second = await #expect(throws: Refusal.self) {
            try await house.useCases.approveException(byProgram.id, by: house.administrator)
        }
        #expect(second?.code == "E_EXCEPTION_SAME_PERSON")
    }

    @Test func `a tenant viewer belongs to a tenant, as user and as token`() async throws {
        let house = try await House()
        let attempts: [() async throws -> Void] = [
            {
                _ = try await house.useCases.createUser(
                    name: "vera", tenant: nil, role: .tenantViewer, by: house.administrator)
            },
            {
                _ = try await house.useCases.createAPIToken(
                    by: house.administrator, note: "A client", role: .tenantViewer)
            },
            {
                let made = try await house.useCases.createUser(
                    name: "ben", tenant: nil, role: .viewer, by: house.administrator)
                _ = try await house.useCases.changeRole(
                    of: made.user.id, to: .tenantViewer, by: house.administrator)
            },
        ]
        for attempt in attempts {
            let refusal = await #expect(throws: Refusal.self) { try await attempt() }
            #expect(refusal?.code == "E_ROLE_TENANT")
        }
        let vera = try await Self.principal("vera", .tenantViewer, house)
        #expect(vera.scope == .tenant(house.tenant.id) && vera.permissions == [.view])
    }
}
