public import ControlPlane
public import Fleet
public import Recipes
public import ServerRecords
import Trust

/// A recipe by which somebody wants endpoints to find and update an application.
public struct RecipeWish: Hashable, Sendable, Codable {
    /// Whose endpoints go by it; `nil` for all of the provider's.
    public var tenant: TenantID?
    /// The recipe.
    public var recipe: Recipe

    /// A wish.
    public init(tenant: TenantID? = nil, recipe: Recipe) {
        self.tenant = tenant
        self.recipe = recipe
    }
}

/// A recipe as people see it.
public struct RecipeSummary: Hashable, Sendable, Codable {
    /// The application's name.
    public var name: String
    /// Whose endpoints go by it: `all` or a tenant.
    public var scope: String
    /// The version of its document, counted from 1.
    public var version: Int
    /// From when on no endpoint goes by it any more.
    public var expiresAt: Timestamp
    /// Whether it is signed; else it waits for operators.
    public var isSigned: Bool
    /// The SHA-256 of what was signed, or is to be, in hexadecimal.
    public var digest: String
    /// The recipe; `nil` where this version withdraws it, or cannot be read.
    public var recipe: Recipe?
    /// Why it cannot be read any more: a later build asks more of recipes than the one that took it.
    /// No endpoint goes by it then.
    public var fault: String?

    /// A recipe.
    init(
        name: String, scope: String, version: Int, expiresAt: Timestamp, isSigned: Bool,
        digest: String, recipe: Recipe?, fault: String? = nil
    ) {
        self.name = name
        self.scope = scope
        self.version = version
        self.expiresAt = expiresAt
        self.isSigned = isSigned
        self.digest = digest
        self.recipe = recipe
        self.fault = fault
    }

    init(_ stored: StoredDocument, isSigned: Bool) {
        scope = stored.scope.description
        version = stored.version
        expiresAt = stored.expiresAt
        digest = stored.digest
        self.isSigned = isSigned
        do {
            let body = try stored.read(as: SignedRecipe.self).body
            name = body.name
            recipe = body.recipe
        } catch {
            name = SignedRecipe.name(ofDocument: stored.name)
            fault = "it cannot be read: \((error as? VerificationRefusal)?.message ?? "\(error)")"
        }
    }

    /// Whether it says to look for nothing any more.
    var isWithdrawn: Bool { recipe == nil && fault == nil }
}

extension UseCases {
    /// For how long endpoints go by a recipe unless it is saved anew, in seconds: a year, like
    /// policies.
    private static let recipeSeconds: Int64 = 365 * 86_400

    /// Saves the next version of a recipe. In managed mode it is signed at once; in sealed mode it
    /// waits for operators, and no endpoint has it before.
    ///
    /// - Throws: `Refusal` `E_RECIPE` when it makes no sense, `E_TRUST_NO_ROOT` without a root.
    public func saveRecipe(
        _ wish: RecipeWish, by principal: Principal
    ) async throws -> RecipeSummary {
        try await saveRecipes([wish.recipe], tenant: wish.tenant, by: principal)[0]
    }

    /// Saves the next versions of recipes, all of them or none.
    ///
    /// - Returns: the recipes as they stand, in the order given.
    /// - Throws: `Refusal` as `saveRecipe`, for the first one that cannot be saved.
    public func saveRecipes(
        _ recipes: [Recipe], tenant: TenantID?, by principal: Principal
    ) async throws -> [RecipeSummary] {
        let words = recipes.map { recipe in
            let source = recipe.install.map { " and install it from \($0.from)" } ?? ""
            return RecipeWord(
                body: SignedRecipe(recipe), reason: "Endpoints find \(recipe.name) by it\(source).")
        }
        return try await keep(words, tenant: tenant, by: principal) { _ in }
    }

    /// Withdraws a recipe: endpoints do not look for the application any more. What is installed
    /// stays.
    ///
    /// - Throws: `Refusal` when there is no such recipe.
    public func withdrawRecipe(
        _ name: String, tenant: TenantID?, by principal: Principal
    ) async throws -> RecipeSummary {
        let word = RecipeWord(
            body: SignedRecipe(withdrawing: name),
            reason: "Endpoints do not look for \(name) any more.")
        return try await keep([word], tenant: tenant, by: principal) { newest in
            // What cannot be read any more is to be got rid of, too.
            guard let newest, !RecipeSummary(newest, isSigned: true).isWithdrawn else {
                throw Refusal.notFound("recipe")
            }
        }[0]
    }

    /// What is to be signed, and why.
    private struct RecipeWord: Sendable {
        var body: SignedRecipe
        var reason: String
    }

    private func keep(
        _ words: [RecipeWord], tenant: TenantID?, by principal: Principal,
        after check: @escaping @Sendable (StoredDocument?) throws -> Void
    ) async throws -> [RecipeSummary] {
        try principal.require(.administer)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        let target = scope.tenant.map(DocumentScope.tenant) ?? .allTenants
        let now = effects.now()
        return try await writeWaking { records, wakes in
            if let tenant = scope.tenant, try records.tenants(in: .tenant(tenant)).isEmpty {
                throw Refusal.notFound("tenant")
            }
            let root = try self.heldRoot(in: records)
            var kept: [RecipeSummary] = []
            for word in words {
                let known = try self.knownDocuments(SignedRecipe.self, of: target, in: records)
                let newest = known.newest(named: word.body.documentName)
                try check(newest)
                guard let root else { throw Self.noRoot }
                let (document, stored) = try Self.document(
                    word.body, after: newest, for: target, at: now)
                if word.body.recipe != nil { try Self.checkRoom(for: stored, in: known) }
                let isSigned = try self.sign(
                    SigningWish(document, actor: principal.name, reason: word.reason),
                    under: root, in: records, at: now, waking: &wakes)
                kept.append(RecipeSummary(stored, isSigned: isSigned))
            }
            return kept
        }
    }

    /// The next version of a recipe's document.
    private static func document(
        _ body: SignedRecipe, after newest: StoredDocument?, for target: DocumentScope,
        at now: Timestamp
    ) throws -> (SignedDocument<SignedRecipe>, StoredDocument) {
        let issued = now.wholeSeconds
        let document = SignedDocument(
            DocumentHeading(
                name: body.documentName, version: (newest?.version ?? 0) + 1, scope: target,
                issuedAt: issued, expiresAt: issued.adding(seconds: recipeSeconds)),
            body)
        do {
            return (document, StoredDocument(document, try document.envelope()))
        } catch {
            throw Refusal(
                .malformed, "E_RECIPE", "The recipe cannot be taken: \(error.message)",
                nextStep: "Check it with “patchbay recipe check”.")
        }
    }

    /// How many recipes one scope may have: an endpoint fetches those for all and its tenant's own in
    /// one answer, and takes 200.
    static let mostRecipes = 100
    /// How large they may be together, in bytes: the answer has 4 MiB for two scopes and all the
    /// other documents.
    static let mostBytes = 1 << 20

    /// Refuses a recipe beyond what endpoints take.
    private static func checkRoom(
        for new: StoredDocument, in known: [StoredDocument]
    ) throws {
        let all = known.filter { $0.type == new.type && $0.scope == new.scope }
        let others = Dictionary(grouping: all, by: \.name).values.compactMap { versions in
            versions.max { $0.version < $1.version }
        }.filter { $0.name != new.name }
        let live = others.count { !RecipeSummary($0, isSigned: true).isWithdrawn }
        let bytes = (others + [new]).reduce(0) { $0 + $1.envelope.count }
        guard live < mostRecipes else {
            throw noRoom(
                "\(new.scope) has \(live) recipes already, and endpoints take no more than "
                    + "\(mostRecipes).")
        }
        guard bytes <= mostBytes else {
            throw noRoom(
                "The recipes of \(new.scope) would have \(bytes) bytes together; endpoints take "
                    + "\(mostBytes).")
        }
    }

    private static func noRoom(_ sentence: String) -> Refusal {
        Refusal(
            .conflict, "E_RECIPE_LIMIT", sentence,
            nextStep: "Withdraw those that nobody needs (patchbay recipe remove).")
    }

    /// The newest version of each recipe, signed or waiting; those that were withdrawn are left out.
    public func recipes(by principal: Principal) async throws -> [RecipeSummary] {
        try principal.require(.view)
        return try await ledger.read { records in
            let tenants = try records.tenants(in: principal.scope).map(\.id)
            // What holds for all tenants holds for each of them.
            let scopes = [DocumentScope.allTenants] + tenants.map { .tenant($0) }
            let signed = try scopes.flatMap { scope -> [RecipeSummary] in
                let all = try records.documents(SignedRecipe.type, of: scope)
                return Dictionary(all.map { ($0.name, $0) }) { _, newer in newer }.values
                    .map { RecipeSummary($0, isSigned: true) }.filter { !$0.isWithdrawn }
            }
            let waiting = try records.unsignedDocuments(in: principal.scope).map(\.document)
                .filter { $0.type == SignedRecipe.type }
                .map { RecipeSummary($0, isSigned: false) }
            return (signed + waiting).sorted {
                ($0.name, $0.scope, $0.version) < ($1.name, $1.scope, $1.version)
            }
        }
    }
}
