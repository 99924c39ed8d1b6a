import AgentProtocol
import Fleet
public import Recipes
import Trust

extension TrustDesk {
    /// Takes the recipes that are believed. One that is not changes nothing, and keeps none of the
    /// others from being taken. That the server does not name a recipe any more means nothing: it
    /// holds until it ends, or a newer version withdraws it.
    func takeRecipes(
        _ answer: TrustResponse, _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        var refusal: VerificationRefusal?
        for text in (answer.recipes ?? []).prefix(TrustFiles.maximumRecipes) {
            do throws(TakingFailure) {
                try takeRecipe(Array(text.utf8), &memo, now)
            } catch {
                guard case .refused(let why) = error else { throw error }
                refusal = refusal ?? why
            }
        }
        removeExpired(besides: answer.recipes ?? [], memo, now)
        if let refusal { throw .refused(refusal) }
    }

    /// Removes recipes that have expired and that the server does not name any more: while it does,
    /// it may be this endpoint's clock that is wrong. Which versions were seen stays remembered.
    private func removeExpired(besides served: [String], _ memo: TrustMemo, _ now: Timestamp) {
        let known = Set(
            served.compactMap { text -> String? in
                guard let envelope = try? Envelope(json: Array(text.utf8)),
                    let document = try? SignedDocument<SignedRecipe>(unverified: envelope)
                else { return nil }
                return Self.file(of: document.heading)
            })
        for name in (try? state.names(in: TrustFiles.recipes)) ?? [] {
            let file = "\(TrustFiles.recipes)/\(name)"
            guard !known.contains(file),
                let bytes = try? state.read(file, limit: TrustFiles.sizeLimit)
            else { continue }
            do throws(VerificationRefusal) {
                _ = try memo.state.verify(bytes, as: SignedRecipe.self, at: now)
            } catch {
                guard case .expired = error else { continue }
                try? state.remove(file)
            }
        }
    }

    private static func file(of heading: DocumentHeading) -> String {
        "\(TrustFiles.recipes)/\(heading.scope)-\(heading.name).dsse.json"
    }

    private func takeRecipe(
        _ bytes: [UInt8], _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        let taken = try believe(bytes, as: SignedRecipe.self, memo, now)
        let document = taken.accepted.document
        guard document.heading.name == document.body.documentName else {
            throw .refused(.malformed("its name is not that of its recipe"))
        }
        memo.state = taken.state
        let file = Self.file(of: document.heading)
        try keep(bytes, as: file, believing: memo)
    }

    /// The recipes that hold, each checked anew: the tenant's own before one for all tenants. What
    /// the tenant has withdrawn is not there for it, whatever holds for all.
    public func recipes() -> [Recipe] {
        let now = effects.now()
        guard let memo = try? TrustFiles.load(from: state) else { return [] }
        let names = (try? state.names(in: TrustFiles.recipes)) ?? []
        var found: [String: (scope: DocumentScope, recipe: Recipe?)] = [:]
        for name in names.prefix(2 * TrustFiles.maximumRecipes) {
            guard
                let bytes = try? state.read(
                    "\(TrustFiles.recipes)/\(name)", limit: TrustFiles.sizeLimit),
                let document = try? memo.state.verify(bytes, as: SignedRecipe.self, at: now)
                    .accepted.document,
                document.heading.name == document.body.documentName
            else { continue }
            let recipe = document.body.name
            if found[recipe] != nil, document.heading.scope == .allTenants { continue }
            found[recipe] = (document.heading.scope, document.body.recipe)
        }
        return found.values.compactMap(\.recipe).sorted { $0.name < $1.name }
    }
}
