import AgentProtocol
import Fleet
import Recipes
import Testing
@testable import Administration
@testable import ControlPlane
import ServerRecords
@testable import SignedRecipes
import Trust

/// Recipes on the server: signed, delivered, withdrawn.
@Suite struct `Recipes on the server` {
    private static func recipe(_ version: String, name: String = "labtool") -> Recipe {
        Recipe(
            name: name, version: version, detect: "/opt/labtool/VERSION",
            installed: .init(file: "/opt/labtool/VERSION"),
            install: .init(
                .file, from: "https://example.org/labtool",
                sha256: String(repeating: "0", count: 64),
                size: 9, versions: "/opt/labtool-versions", link: "/opt/labtool"))
    }

    private func exchange(_ endpoint: TestEndpoint) async throws -> TrustResponse {
        try await endpoint.house.useCases.exchangeTrust(TrustRequest(), by: endpoint.principal)
    }

    private func endpoint(_ house: House) async throws -> TestEndpoint {
        let endpoint = try await house.enrol("web-1")
        try await endpoint.report(["openssl": "1"], updates: [])
        return endpoint
    }

    @Test func `a recipe is signed, delivered, counted up and withdrawn`() async throws {
        let shelf = SigningShelf()
        let house = try await House(signingKeys: { shelf.keys })
        let keys = try ManagedKeys.make(entropy: house.useCases.effects.randomBytes)
        shelf.set(Array(keys.values))
        try await house.useCases.establishTrust(with: keys)
        let endpoint = try await endpoint(house)
        #expect(try await exchange(endpoint).recipes == nil)
        let wish = RecipeWish(tenant: house.tenant.id, recipe: Self.recipe("1.0"))
        let first = try await house.useCases.saveRecipe(wish, by: house.administrator)
        #expect(first.isSigned && first.version == 1)
        let tag = try await exchange(endpoint).digest
        let second = try await house.useCases.saveRecipe(
            RecipeWish(tenant: house.tenant.id, recipe: Self.recipe("2.0")),
            by: house.administrator)
        #expect(second.version == 2)
        let answer = try await exchange(endpoint)
        #expect(answer.digest != tag)
        let text = try #require(answer.recipes?.first)
        #expect(answer.recipes?.count == 1)
        let document = try SignedDocument<SignedRecipe>(
            unverified: Envelope(json: Array(text.utf8)))
        #expect(document.body.recipe?.version == "2.0")
        #expect(
            try await house.useCases.recipes(by: house.administrator).map(\.recipe?.version)
                == ["2.0"])
        let gone = try await house.useCases.withdrawRecipe(
            "labtool", tenant: house.tenant.id, by: house.administrator)
        #expect(gone.version == 3 && gone.recipe == nil)
        #expect(try await house.useCases.recipes(by: house.administrator).isEmpty)
        for number in 1...100 {
            let one = RecipeWish(
                tenant: house.tenant.id, recipe: Self.recipe("1", name: "tool-\(number)"))
            _ = try await house.useCases.saveRecipe(one, by: house.administrator)
        }
        let beyond = RecipeWish(
            tenant: house.tenant.id, recipe: Self.recipe("1", name: "one-more"))
        let refused = await #expect(throws: Refusal.self) {
            try await house.useCases.saveRecipe(beyond, by: house.administrator)
        }
        #expect(refused?.code == "E_RECIPE_LIMIT")
        // A newer version of one that is there takes no more room.
        _ = try await house.useCases.saveRecipe(
            RecipeWish(tenant: house.tenant.id, recipe: Self.recipe("2", name: "tool-1")),
            by: house.administrator)
        for number in 1...100 {
            _ = try await house.useCases.withdrawRecipe(
                "tool-\(number)", tenant: house.tenant.id, by: house.administrator)
        }
        // Endpoints must hear of it.
        #expect(try await exchange(endpoint).recipes?.count == 101)
        await #expect(throws: Refusal.self) {
            try await house.useCases.withdrawRecipe(
                "labtool", tenant: house.tenant.id, by: house.administrator)
        }
        let bad = RecipeWish(tenant: house.tenant.id, recipe: Self.recipe("latest"))
        await #expect(throws: Refusal.self) {
            try await house.useCases.saveRecipe(bad, by: house.administrator)
        }
    }

    @Test func `in sealed mode a recipe waits for operators`() async throws {
        let operators = try Operators()
        let house = try await House()
        _ = try await house.useCases.adopt(root: operators.root(), by: house.administrator)
        let endpoint = try await endpoint(house)
        let saved = try await house.useCases.saveRecipe(
            RecipeWish(tenant: house.tenant.id, recipe: Self.recipe("1.0")),
            by: house.administrator)
        #expect(!saved.isSigned)
        #expect(try await exchange(endpoint).recipes == nil)
        try await operators.signAll(in: house)
        #expect(try await exchange(endpoint).recipes?.count == 1)
        #expect(
            try await house.useCases.recipes(by: house.administrator).map(\.isSigned) == [true])
        // A document that names another recipe than its own name says is nobody's.
        let other = SignedRecipe(Self.recipe("2.0", name: "labother"))
        let envelope = try #require(try operators.envelope(of: other))
        await #expect(throws: (any Error).self) {
            try await house.useCases.submit(signed: envelope, by: house.administrator)
        }
    }

    @Test func `a recipe that cannot be read any more is told, and can be withdrawn`() async throws
    {
        let shelf = SigningShelf()
        let house = try await House(signingKeys: { shelf.keys })
        let keys = try ManagedKeys.make(entropy: house.useCases.effects.randomBytes)
        shelf.set(Array(keys.values))
        try await house.useCases.establishTrust(with: keys)
        let tenant = house.tenant.id
        for name in ["lab.tool", "other"] {
            _ = try await house.useCases.saveRecipe(
                RecipeWish(tenant: tenant, recipe: Self.recipe("1.0", name: name)),
                by: house.administrator)
        }
        try await house.useCases.ledger.write { records in
            var stored = try #require(
                try records.newestDocument(
                    SignedRecipe.type, named: SignedRecipe.documentName("lab.tool"),
                    of: .tenant(tenant)))
            stored.version += 1
            stored.envelope = Array("{}".utf8)
            try records.save(stored, replacing: false)
        }
        let told = try await house.useCases.recipes(by: house.administrator)
        #expect(told.map(\.name) == ["lab.tool", "other"])
        #expect(told.map { $0.fault == nil } == [false, true])
        let gone = try await house.useCases.withdrawRecipe(
            "lab.tool", tenant: tenant, by: house.administrator)
        #expect(gone.version == 3 && gone.recipe == nil && gone.fault == nil)
        #expect(
            try await house.useCases.recipes(by: house.administrator).map(\.name) == ["other"])
    }

    @Test func `of recipes that are saved together one that cannot be keeps all of them out`()
        async throws
    {
        let shelf = SigningShelf()
        let house = try await House(signingKeys: { shelf.keys })
        let keys = try ManagedKeys.make(entropy: house.useCases.effects.randomBytes)
        shelf.set(Array(keys.values))
        try await house.useCases.establishTrust(with: keys)
        await #expect(throws: Refusal.self) {
            try await house.useCases.saveRecipes(
                [Self.recipe("1.0"), Self.recipe("latest", name: "other")],
                tenant: house.tenant.id, by: house.administrator)
        }
        #expect(try await house.useCases.recipes(by: house.administrator).isEmpty)
        let saved = try await house.useCases.saveRecipes(
            [Self.recipe("1.0"), Self.recipe("2.0", name: "other")],
            tenant: house.tenant.id, by: house.administrator)
        #expect(saved.map(\.name) == ["labtool", "other"])
    }

    @Test func `recipes have no more bytes together than endpoints take`() async throws {
        let shelf = SigningShelf()
        let house = try await House(signingKeys: { shelf.keys })
        let keys = try ManagedKeys.make(entropy: house.useCases.effects.randomBytes)
        shelf.set(Array(keys.values))
        try await house.useCases.establishTrust(with: keys)
        func large(_ number: Int) -> RecipeWish {
            var recipe = Self.recipe("1", name: "tool-\(number)")
            let long = "/opt/" + String(repeating: "b", count: 1_000)
            recipe.installed = .init(program: Array(repeating: long, count: 16))
            recipe.install?.blocking = (10..<26).map { "\(long)\($0)" }
            return RecipeWish(tenant: house.tenant.id, recipe: recipe)
        }
        var bytes = 0
        let refused = await #expect(throws: Refusal.self) {
            for number in 1...UseCases.mostRecipes {
                _ = try await house.useCases.saveRecipe(large(number), by: house.administrator)
                bytes = try await house.useCases.ledger.read { records in
                    try records.documents(SignedRecipe.type, of: .tenant(house.tenant.id))
                        .reduce(0) { $0 + $1.envelope.count }
                }
            }
        }
        #expect(refused?.code == "E_RECIPE_LIMIT")
        // What is signed is a little longer than what was counted, by its signature.
        #expect(bytes <= UseCases.mostBytes + UseCases.mostRecipes * 1_024)
    }
}
