import Administration
import ControlPlane
import Fleet
import ServerRecords
import Store
import TestSupport
import Testing

@Suite struct `Users, tokens and sessions` {
    @Test(arguments: Engine.present)
    func `a token of ten uses lets ten in, however many ask at once`(_ engine: Engine) async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant()
            let token = samples.token(of: tenant.id, uses: 10)
            try await ledger.write {
                try $0.insert(tenant)
                try $0.save(token)
            }
            let now = samples.now
            let uses = try await withThrowingTaskGroup(of: EnrolmentTokenUse.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await ledger.write {
                            try $0.redeem(secretHash: token.secretHash, at: now)
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let redeemed = uses.compactMap {
                if case .redeemed(let token) = $0 { token.uses } else { nil }
            }
            #expect(redeemed.sorted() == Array(1...10))
            #expect(uses.count { if case .usedUp = $0 { true } else { false } } == 90)
            #expect(
                try await ledger.read { try $0.enrolmentTokens(in: .provider) }.map(\.uses) == [10])
        }
    }

    @Test(arguments: Engine.present)
    func `why a token is refused is told, and replacing it keeps its uses`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (tenant, other) = (samples.tenant(), samples.tenant())
            let (token, foreign) = (
                samples.token(of: tenant.id, uses: 2), samples.token(of: other.id)
            )
            try await ledger.write {
                try $0.insert(tenant)
                try $0.insert(other)
                try $0.save(token)
                try $0.save(foreign)
            }
            let now = samples.now
            func redeem(_ hash: String, _ at: Timestamp) async throws -> EnrolmentTokenUse {
                try await ledger.write { try $0.redeem(secretHash: hash, at: at) }
            }
            #expect(try await redeem("nobody's", now) == .unknown)
            #expect(try await redeem(token.secretHash, token.expiresAt) == .expired(token))
            var used = token
            used.uses = 1
            #expect(
                try await redeem(token.secretHash, token.expiresAt.adding(seconds: -1))
                    == .redeemed(used))
            var revoked = token
            revoked.revokedAt = now
            let replacement = revoked
            try await ledger.write { try $0.save(replacement) }
            used.revokedAt = now
            #expect(try await redeem(token.secretHash, now) == .revoked(used))
            let scope = Scope.tenant(tenant.id)
            #expect(try await ledger.read { try $0.enrolmentTokens(in: scope) } == [used])
            #expect(
                try await ledger.read { try $0.enrolmentTokens(in: .provider) }.map(\.id) == [
                    foreign.id, token.id,
                ])
        }
    }

    @Test(arguments: Engine.present) func `users come by name, names are unique, changes are kept`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let tenant = samples.tenant()
            let (berta, anna) = (samples.user("berta", of: tenant.id), samples.user("anna"))
            let twin = samples.user("anna")
            try await ledger.write { records in
                try records.insert(tenant)
                try records.insert(berta)
                try records.insert(anna)
                #expect(throws: NameTaken(name: "anna")) { try records.insert(twin) }
            }
            var changed = anna
            changed.role = .viewer
            changed.passwordHash = "scrypt$other"
            changed.mustChangePassword = false
            changed.disabledAt = samples.now
            let update = changed
            try await ledger.write { try $0.update(update) }
            #expect(try await ledger.read { try $0.users() } == [update, berta])
            #expect(try await ledger.read { try $0.user(named: update.name) } == update)
            #expect(try await ledger.read { try $0.user(named: "nobody") } == nil)
        }
    }

    @Test(arguments: Engine.present)
    func `a session is good until it ends, is ended, or its user is disabled`(_ engine: Engine)
        async throws
    {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let user = samples.user("anna")
            let now = samples.now
            let sessions = (0..<3).map { _ in
                Session(
                    secretHash: samples.hash(), user: user.id, createdAt: now,
                    expiresAt: now.adding(seconds: 60))
            }
            try await ledger.write { records in
                try records.insert(user)
                for session in sessions { try records.insert(session) }
            }
            func isGood(_ index: Int, _ seconds: Int64 = 0) async throws -> Bool {
                let at = now.adding(seconds: seconds)
                return try await ledger.read { records in
                    guard
                        let found = try records.session(
                            secretHash: sessions[index].secretHash, at: at)
                    else {
                        return false
                    }
                    #expect(found.session == sessions[index])
                    #expect(found.user.id == user.id)
                    return true
                }
            }
            #expect(try await isGood(0, 59))
            #expect(try await !isGood(0, 60))
            try await ledger.write { try $0.deleteSession(secretHash: sessions[0].secretHash) }
            #expect(try await !isGood(0))
            try await ledger.write {
                try $0.deleteSessions(of: user.id, except: sessions[2].secretHash)
            }
            #expect(try await !isGood(1))
            #expect(try await isGood(2))
            var disabled = user
            disabled.disabledAt = now
            let update = disabled
            try await ledger.write { try $0.update(update) }
            #expect(try await !isGood(2))
            try await ledger.write { try $0.deleteSessions(of: user.id, except: nil) }
        }
    }

    @Test(arguments: Engine.present) func `a token of the API is good until it ends or is revoked`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let now = samples.now
            var tokens = (0..<2).map { index in
                APIToken(
                    id: samples.id(), note: "token \(index)", tenant: nil, role: .viewer,
                    secretHash: samples.hash(),
                    createdBy: "user:anna", createdAt: samples.now,
                    expiresAt: now.adding(seconds: 60))
            }
            let stored = tokens
            try await ledger.write { records in for token in stored { try records.save(token) } }
            func find(_ index: Int, _ seconds: Int64) async throws -> APIToken? {
                let at = now.adding(seconds: seconds)
                return try await ledger.read {
                    try $0.apiToken(secretHash: stored[index].secretHash, at: at)
                }
            }
            #expect(try await find(0, 59) == stored[0])
            #expect(try await find(0, 60) == nil)
            tokens[1].revokedAt = now
            let revoked = tokens[1]
            try await ledger.write { try $0.save(revoked) }
            #expect(try await find(1, 0) == nil)
            #expect(try await ledger.read { try $0.apiTokens() } == [revoked, stored[0]])
            let unknown: TokenID = samples.id()
            #expect(try await ledger.read { try $0.apiToken(revoked.id) } == revoked)
            #expect(try await ledger.read { try $0.apiToken(unknown) } == nil)
        }
    }

    @Test(arguments: Engine.present) func `an assertion is used once, and forgotten after its end`(
        _ engine: Engine
    ) async throws {
        try await withLedger(engine) { (ledger: SQLLedger) async throws in
            var samples = Samples()
            let (one, other): (EndpointID, EndpointID) = (samples.id(), samples.id())
            let now = samples.now
            func use(_ endpoint: EndpointID, _ id: String, until seconds: Int64 = 60) async throws
                -> Bool
            {
                try await ledger.write {
                    try $0.useAssertion(
                        id, by: endpoint, until: now.adding(seconds: seconds), at: now)
                }
            }
            #expect(try await use(one, "a"))
            #expect(try await !use(one, "a"))
            #expect(try await use(other, "a"))
            #expect(try await !use(one, "late", until: 0))
            try await ledger.write { try $0.purgeEnded(before: now.adding(seconds: 60)) }
            #expect(try await !use(one, "a"))
            try await ledger.write { try $0.purgeEnded(before: now.adding(seconds: 61)) }
            #expect(try await use(one, "a"))
        }
    }
}
