import Administration
import ControlPlane
import Fleet
import ServerRecords
import Testing
import Trust

@Suite struct `Signing in` {
    private let house: IdentityHouse
    private let administrator: UserSummary
    private let password = IdentityHouse.password
    private var useCases: UseCases { house.useCases }

    init() async throws {
        house = try await IdentityHouse()
        administrator = try await house.useCases.createAdministrator(
            name: "Anna", password: IdentityHouse.password
        ).user
    }

    private func signIn(
        _ name: String = "anna", _ password: String? = nil, peer: String = "192.0.2.1"
    ) async throws
        -> SignedIn
    {
        try await useCases.signIn(name: name, password: password ?? self.password, peer: peer)
    }

    @Test func `opens a session that lasts a working day`() async throws {
        let signedIn = try await signIn("ANNA")
        let text = signedIn.sessionSecret.revealed
        let session = try #require(try await useCases.authenticateSession(secret: text))
        #expect(session.user.id == administrator.id && session.csrfToken == signedIn.csrfToken)
        #expect(session.principal.name == "user:anna" && session.principal.scope == .provider)
        #expect(session.principal.permissions == Set(Permission.allCases))
        house.clock.advance(seconds: 12 * 3600)
        #expect(try await useCases.authenticateSession(secret: text) == nil)
    }

    @Test
    func `with a wrong name, a wrong password or as a disabled user gets one and the same answer`()
        async throws
    {
        let bob = try await useCases.createUser(
            name: "bob", tenant: nil, role: .viewer, password: "another good password",
            by: .localAdministrator)
        _ = try await useCases.disableUser(bob.user.id, by: .localAdministrator)
        var answers: Set<Refusal> = []
        for (name, password) in [
            ("anna", "wrong password"), ("nobody", password), ("bob", "another good password"),
            ("", ""),
            ("anna", String(repeating: "a", count: 10_000)),
            (String(repeating: "a", count: 10_000), "b"),
        ] {
            do {
                _ = try await signIn(name, password)
                Issue.record("\(name.prefix(10)) got in")
            } catch let refusal as Refusal {
                answers.insert(refusal)
            }
        }
        #expect(
            answers.map(\.code) == ["E_CREDENTIALS"] && answers.map(\.kind) == [.unauthenticated])
    }

    @Test func `is slowed down for an account after five wrong passwords, whoever asks`()
        async throws
    {
        for place in 0..<5 {
            #expect(
                await refusal { _ = try await signIn("anna", "wrong", peer: "192.0.2.\(place)") }
                    == "E_CREDENTIALS")
        }
        let error = await #expect(throws: Refusal.self) { try await signIn(peer: "192.0.2.10") }
        #expect(error?.code == "E_SIGN_IN_THROTTLED" && error?.kind == .tooMany)
        #expect(error?.retryAfterSeconds == 60)
        house.clock.advance(seconds: 60)
        #expect(await refusal { _ = try await signIn() } == nil)
        #expect(try await house.actions().filter { $0 == "user.signInRefused" }.count == 1)
    }

    @Test func `is slowed down for a peer after twenty wrong passwords, whatever the names`()
        async throws
    {
        for place in 0..<20 { _ = try? await signIn("user\(place)", "wrong") }
        #expect(await refusal { _ = try await signIn() } == "E_SIGN_IN_THROTTLED")
        #expect(await refusal { _ = try await signIn(peer: "192.0.2.2") } == nil)
    }

    @Test func `gains nothing from trying many passwords at once`() async throws {
        let useCases = useCases
        let judged = await withTaskGroup(of: Bool.self) { group in
            for place in 0..<30 {
                group.addTask {
                    let code = await refusal {
                        _ = try await useCases.signIn(
                            name: "anna", password: "guess \(place)", peer: "192.0.2.1")
                    }
                    return code == "E_CREDENTIALS"
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(judged == 5)
    }

    @Test func `out ends the session`() async throws {
        let text = try await signIn().sessionSecret.revealed
        try await useCases.signOut(secret: text)
        try await useCases.signOut(secret: text)
        try await useCases.signOut(secret: "nonsense")
        #expect(try await useCases.authenticateSession(secret: text) == nil)
        #expect(try await house.actions().filter { $0 == "user.signedOut" }.count == 1)
    }

    @Test(arguments: [
        "", "nonsense", String(repeating: "A", count: 43), String(repeating: "A", count: 100_000),
    ])
    func `no session is found for a cookie that is none`(text: String) async throws {
        #expect(try await useCases.authenticateSession(secret: text) == nil)
    }

    @Test func `with a new password ends the other sessions`() async throws {
        let (own, other) = (
            try await signIn().sessionSecret.revealed, try await signIn().sessionSecret.revealed
        )
        let new = "five quite unrelated words"
        func change(_ current: String, _ new: String) async -> String? {
            await refusal {
                try await useCases.changePassword(
                    session: own, current: current, new: new, peer: "192.0.2.1")
            }
        }
        #expect(await change("wrong", new) == "E_CREDENTIALS")
        #expect(await change(password, "short") == "E_PASSWORD_WEAK")
        #expect(await change(password, new) == nil)
        #expect(try await useCases.authenticateSession(secret: own) != nil)
        #expect(try await useCases.authenticateSession(secret: other) == nil)
        #expect(await refusal { _ = try await signIn() } == "E_CREDENTIALS")
        #expect(await refusal { _ = try await signIn("anna", new) } == nil)
    }
}

@Suite struct `Users` {
    private let house: IdentityHouse
    private var useCases: UseCases { house.useCases }

    init() async throws { house = try await IdentityHouse() }

    @Test func `get a one-time password when none is given, which should be changed`() async throws
    {
        let new = try await useCases.createAdministrator(name: "anna")
        let password = try #require(new.oneTimePassword)
        #expect(
            new.user.mustChangePassword && new.user.role == .administrator && new.user.tenant == nil
        )
        let signedIn = try await useCases.signIn(name: "anna", password: password, peer: "p")
        try await useCases.changePassword(
            session: signedIn.sessionSecret.revealed, current: password,
            new: IdentityHouse.password, peer: "p")
        #expect(
            try await useCases.users(by: .localAdministrator).map(\.mustChangePassword) == [false])
        let reset = try await useCases.resetPassword(name: "anna", by: .localAdministrator)
        #expect(reset.oneTimePassword != nil && reset.oneTimePassword != password)
        #expect(
            try await useCases.authenticateSession(secret: signedIn.sessionSecret.revealed) == nil)
    }

    @Test(arguments: ["", "a b", "-a", "ä", "a/b", String(repeating: "a", count: 65), "a\n"])
    func `have names of a certain form`(name: String) async {
        #expect(
            await refusal { _ = try await useCases.createAdministrator(name: name) }
                == "E_USER_NAME")
    }

    @Test func `have names of their own and passwords worth the name`() async throws {
        _ = try await useCases.createAdministrator(name: "anna")
        #expect(
            await refusal { _ = try await useCases.createAdministrator(name: "Anna") }
                == "E_NAME_TAKEN")
        let weak = await refusal {
            _ = try await useCases.createAdministrator(name: "bob", password: "password1234")
        }
        #expect(weak == "E_PASSWORD_WEAK")
    }

    @Test func `are managed by administrators, in their own scope, with no more than they have`()
        async throws
    {
        let anna = try await useCases.createAdministrator(name: "anna").user
        let operatorPrincipal = Principal(
            name: "user:o", scope: .provider, permissions: Role.operatorRole.permissions)
        #expect(
            await refusal { _ = try await useCases.users(by: operatorPrincipal) } == "E_FORBIDDEN")
        #expect(
            await refusal { _ = try await useCases.disableUser(anna.id, by: operatorPrincipal) }
                == "E_FORBIDDEN")
        #expect(
            await refusal {
                _ = try await useCases.resetPassword(name: "anna", by: operatorPrincipal)
            }
                == "E_FORBIDDEN")
        let own = Principal(
            name: "user:t", scope: .tenant(house.tenant.id),
            permissions: Role.administrator.permissions)
        let made = try await useCases.createUser(
            name: "bob", tenant: nil, role: .administrator, by: own
        ).user
        #expect(made.tenant == house.tenant.id)
        #expect(try await useCases.users(by: own).map(\.name) == ["bob"])
        #expect(
            await refusal { _ = try await useCases.resetPassword(name: "anna", by: own) }
                == "E_NOT_FOUND")
        #expect(
            await refusal { _ = try await useCases.disableUser(anna.id, by: own) } == "E_NOT_FOUND")
        let narrow = Principal(
            name: "token:n", scope: .provider, permissions: [.administer, .view])
        let above = await refusal {
            _ = try await useCases.createUser(
                name: "eve", tenant: nil, role: .administrator, by: narrow)
        }
        #expect(above == "E_FORBIDDEN")
        #expect(
            await refusal { _ = try await useCases.disableUser(anna.id, by: narrow) }
                == "E_FORBIDDEN")
    }

    @Test func `that are disabled lose their sessions and the tokens they made`() async throws {
        _ = try await useCases.createAdministrator(name: "root")
        let anna = try await useCases.createAdministrator(
            name: "anna", password: IdentityHouse.password
        ).user
        let signedIn = try await useCases.signIn(
            name: "anna", password: IdentityHouse.password, peer: "p")
        let token = try await useCases.createAPIToken(
            by: signedIn.principal, note: "", role: .viewer)
        let disabled = try await useCases.disableUser(anna.id, by: .localAdministrator)
        #expect(disabled.disabledAt == House.start)
        #expect(
            try await useCases.authenticateSession(secret: signedIn.sessionSecret.revealed) == nil)
        #expect(
            await refusal { _ = try await useCases.authenticateAPI(bearer: token.text) }
                == "E_API_TOKEN")
    }

    @Test func `that get a lesser role lose the tokens that may do more`() async throws {
        _ = try await useCases.createAdministrator(name: "root")
        let anna = try await useCases.createAdministrator(
            name: "anna", password: IdentityHouse.password
        ).user
        let signedIn = try await useCases.signIn(
            name: "anna", password: IdentityHouse.password, peer: "p")
        let strong = try await useCases.createAPIToken(
            by: signedIn.principal, note: "", role: .administrator)
        let weak = try await useCases.createAPIToken(
            by: signedIn.principal, note: "", role: .viewer)
        let changed = try await useCases.changeRole(
            of: anna.id, to: .viewer, by: .localAdministrator)
        #expect(changed.role == .viewer)
        #expect(
            await refusal { _ = try await useCases.authenticateAPI(bearer: strong.text) }
                == "E_API_TOKEN")
        #expect(await refusal { _ = try await useCases.authenticateAPI(bearer: weak.text) } == nil)
        let session = try await useCases.authenticateSession(
            secret: signedIn.sessionSecret.revealed)
        #expect(session?.principal.permissions == [.view])
    }

    @Test func `never lose the provider's last administrator`() async throws {
        let anna = try await useCases.createAdministrator(name: "anna").user
        _ = try await useCases.createUser(
            name: "tenants-own", tenant: house.tenant.id, role: .administrator,
            by: .localAdministrator)
        #expect(
            await refusal { _ = try await useCases.disableUser(anna.id, by: .localAdministrator) }
                == "E_LAST_ADMINISTRATOR")
        #expect(
            await refusal {
                _ = try await useCases.changeRole(of: anna.id, to: .viewer, by: .localAdministrator)
            }
                == "E_LAST_ADMINISTRATOR")
        _ = try await useCases.createAdministrator(name: "bob")
        #expect(
            await refusal { _ = try await useCases.disableUser(anna.id, by: .localAdministrator) }
                == nil)
    }
}
