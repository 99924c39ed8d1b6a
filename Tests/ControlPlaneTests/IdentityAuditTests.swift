import AgentProtocol
import Fleet
import Foundation
import Synchronization
import TestSupport
import Testing
import Trust

@testable import ServerRecords
@testable import Administration
@testable import ControlPlane

@Suite struct `The audit log` {
    private let house: IdentityHouse
    private var useCases: UseCases { house.useCases }

    init() async throws { house = try await IdentityHouse() }

    private func write(_ count: Int, tenant: TenantID?) async throws {
        let (useCases, now) = (useCases, house.clock.now)
        try await house.ledger.write { records in
            for place in 0..<count {
                try useCases.appendAudit(
                    "test.done", subject: "subject-\(place)", sentence: "Did \(place).",
                    actor: "system",
                    tenant: tenant, in: records, at: now)
            }
        }
    }

    private func export(_ principal: Principal = .localAdministrator) async throws -> [String] {
        let bytes = Mutex<[UInt8]>([])
        try await useCases.auditExport(by: principal) { piece in bytes.withLock { $0 += piece } }
        let text = String(decoding: bytes.withLock { $0 }, as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    @Test func `numbers the entries of each chain from one and finds them intact`() async throws {
        try await write(3, tenant: nil)
        try await write(2, tenant: house.tenant.id)
        let verdict = try await useCases.verifyAudit()
        // The tenant's own beginning: one entry in its chain, one that names the chain in the
        // provider's.
        #expect(verdict.entries == 7 && verdict.intact && verdict.firstBroken == nil)
        #expect(verdict.auditKeyFingerprint == useCases.keys.auditFingerprint)
        let heads = try await house.ledger.read { try $0.auditHeads(in: .provider) }
        #expect(Set(heads.map(\.sequence)) == [3, 4])
    }

    @Test func `is read across pages`() async throws {
        try await write(2 * UseCases.auditPage + 1, tenant: nil)
        let verdict = try await useCases.verifyAudit()
        #expect(verdict.intact && verdict.entries == Int64(2 * UseCases.auditPage + 3))
        #expect(try await export().count == 2 * UseCases.auditPage + 4)
    }

    @Test func `writes a verdict as the contract says`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let good = AuditVerdict(entries: 2, firstBroken: nil, auditKeyFingerprint: "f")
        #expect(
            String(decoding: try encoder.encode(good), as: UTF8.self)
                == #"{"auditKeyFingerprint":"f","entries":2,"firstBroken":null,"intact":true}"#)
        let bad = AuditVerdict(
            entries: 2, firstBroken: .init(chain: "provider", sequence: 2), auditKeyFingerprint: "f"
        )
        let text = String(decoding: try encoder.encode(bad), as: UTF8.self)
        #expect(text.contains(#""firstBroken":{"chain":"provider","sequence":2},"intact":false"#))
    }

    @Test func `exports itself as a file that proves itself`() async throws {
        try await write(5, tenant: house.tenant.id)
        let lines = try await export()
        let verdict = try AuditExport.verify(lines)
        #expect(verdict.intact && verdict.entries == Int64(lines.count - 1))
        #expect(verdict.auditKeyFingerprint == useCases.keys.auditFingerprint)
        let other = try ServerKeys.make(at: House.start, names: [], entropy: house.random)
        #expect(
            try AuditExport.verify(lines, auditKeyFingerprint: useCases.keys.auditFingerprint)
                .intact)
        #expect(try !AuditExport.verify(lines, auditKeyFingerprint: other.auditFingerprint).intact)
    }

    @Test func `notices every line of an export that is removed, doubled, moved or put elsewhere`()
        async throws
    {
        try await write(4, tenant: house.tenant.id)
        let lines = try await export()
        for place in 1..<lines.count {
            var removed = lines
            removed.remove(at: place)
            #expect(try !AuditExport.verify(removed).intact, "without line \(place)")
            var doubled = lines
            doubled.insert(lines[place], at: place)
            #expect(try !AuditExport.verify(doubled).intact, "line \(place) doubled")
        }
        var swapped = lines
        swapped.swapAt(lines.count - 1, lines.count - 2)
        let verdict = try AuditExport.verify(swapped)
        #expect(verdict.firstBroken == .init(chain: house.tenant.id.text, sequence: 4))
    }

    @Test(arguments: Seeds.all) func `notices any byte of an export that is changed`(seed: UInt64)
        async throws
    {
        try await write(3, tenant: house.tenant.id)
        let bytes = Array(try await export().joined(separator: "\n").utf8)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<400 {
            var changed = bytes
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            changed[place] = UInt8.random(in: 0x20...0x7E, using: &generator)
            if changed == bytes { continue }
            let lines = String(decoding: changed, as: UTF8.self).split(separator: "\n")
            let verdict = try? AuditExport.verify(lines)
            #expect(
                verdict?.intact != true,
                "seed \(seed), byte \(place) of \(String(decoding: changed, as: UTF8.self))")
        }
    }

    @Test(arguments: [[], [""], ["{}"], ["hello"], [#"{"patchbay":"audit/v2"}"#]])
    func `refuses a file that is no export, and names the line`(lines: [String]) async throws {
        let error = #expect(throws: Refusal.self) { try AuditExport.verify(lines) }
        #expect(error?.code == "E_AUDIT_EXPORT" && error?.message.contains("Line 1") == true)
        let good = try await export()
        let later = #expect(throws: Refusal.self) { try AuditExport.verify(good + ["{}"]) }
        #expect(later?.message.contains("Line \(good.count + 1)") == true)
    }

    @Test func `shows each tenant its own chain only, and only who may read it`() async throws {
        let other = try await useCases.createTenant(name: "Other", by: .localAdministrator)
        try await write(2, tenant: other.id)
        let own = Principal(
            name: "user:o", scope: .tenant(house.tenant.id),
            permissions: Role.operatorRole.permissions)
        let entries = try await useCases.auditEntries(by: own)
        #expect(!entries.isEmpty && entries.allSatisfy { $0.chain == house.tenant.id.text })
        let lines = try await export(own)
        #expect(try AuditExport.verify(lines).intact)
        #expect(!lines.joined().contains(other.id.text) && !lines.joined().contains("provider"))
        let viewer = Principal(
            name: "user:v", scope: .provider, permissions: Role.viewer.permissions)
        #expect(await refusal { _ = try await useCases.auditEntries(by: viewer) } == "E_FORBIDDEN")
        #expect(
            await refusal { try await useCases.auditExport(by: viewer) { _ in } } == "E_FORBIDDEN")
    }

    @Test func `follows itself through the steps of a checker`() throws {
        let keys = useCases.keys
        var entries: [AuditEntry] = []
        for number in 1...4 {
            entries.append(
                AuditEntry(
                    chain: "provider", sequence: Int64(number), at: House.start, actor: "a",
                    action: "b", subject: "c",
                    sentence: "d", previousHash: entries.last?.hash ?? AuditChain.genesis))
        }
        func broken(_ entries: [AuditEntry], head last: AuditEntry, signature: String? = nil) throws
            -> Int64?
        {
            let real = try keys.signAuditHead(
                chain: last.chain, sequence: last.sequence, hash: last.hash)
            let head = AuditHead(
                chain: last.chain, sequence: last.sequence, hash: last.hash,
                signature: signature ?? real)
            var checker = AuditChecker(head: head, publicKey: keys.auditPublicKey)
            for entry in entries { checker.take(entry) }
            checker.finish()
            return checker.brokenAt
        }
        let end = try #require(entries.last)
        #expect(try broken(entries, head: end) == nil)
        #expect(try broken(Array(entries.dropLast()), head: end) == 4)
        #expect(try broken(Array(entries.dropFirst()), head: end) == 1)
        #expect(try broken(entries, head: entries[2]) == 4)
        #expect(try broken(entries, head: end, signature: "AAAA") == 4)
        #expect(try broken([], head: end) == 1)
        // A whole chain computed anew after a change: every hash is right, the signature is not.
        let forged = AuditEntry(
            chain: "provider", sequence: 4, at: House.start, actor: "a", action: "b", subject: "c",
            sentence: "e",
            previousHash: entries[2].hash)
        let old = try keys.signAuditHead(chain: "provider", sequence: 4, hash: end.hash)
        #expect(try broken(entries.dropLast() + [forged], head: forged, signature: old) == 4)
    }

    @Test func `misses a chain that was begun and is gone`() {
        let head = AuditHead(chain: "provider", sequence: 1, hash: "", signature: "")
        let tenant = AuditHead(chain: "tnt_1", sequence: 1, hash: "", signature: "")
        #expect(UseCases.missingChain(begun: ["tnt_1"], heads: [head, tenant]) == nil)
        #expect(UseCases.missingChain(begun: ["tnt_1"], heads: [head]) == "tnt_1")
        #expect(UseCases.missingChain(begun: [], heads: [tenant]) == "provider")
        #expect(UseCases.missingChain(begun: [], heads: []) == nil)
    }

    @Test func `holds no secret, whatever was done`() async throws {
        let new = try await useCases.createAdministrator(name: "anna")
        let password = try #require(new.oneTimePassword)
        let signedIn = try await useCases.signIn(name: "anna", password: password, peer: "p")
        try await useCases.changePassword(
            session: signedIn.sessionSecret.revealed, current: password,
            new: IdentityHouse.password, peer: "p")
        let reset = try await useCases.resetPassword(name: "anna", by: .localAdministrator)
        let api = try await useCases.createAPIToken(
            by: .localAdministrator, note: "", role: .viewer)
        let enrolment = try await useCases.createEnrolmentToken(
            by: .localAdministrator, serverURLs: IdentityHouse.urls)
        let secret = try EnrolmentTokenText(parsing: enrolment.text).secret
        let key = try house.newKey()
        let endpoint = try await useCases.enrol(house.request(secret, key)).endpoint
        let assertion = try house.assertion(endpoint, key)
        let access = try await useCases.issueAccessToken(assertion).accessToken
        let hashes = try await house.ledger.read { records in
            try records.users().map(\.passwordHash) + records.apiTokens().map(\.secretHash)
        }
        let log = try await export().joined()
        let secrets =
            [
                password, signedIn.sessionSecret.revealed, signedIn.csrfToken,
                IdentityHouse.password,
                reset.oneTimePassword ?? "", api.text, String(api.text.dropFirst(4)),
                enrolment.text, secret.revealed,
                secret.hash, access, assertion.assertion,
            ] + hashes
        for text in secrets { #expect(!text.isEmpty && !log.contains(text)) }
        #expect(log.contains("user.passwordReset") && log.contains("endpoint.enrolled"))
    }
}
