import Fleet

extension IdentityRecords {
    /// How many tokens may have made each other in a row; more is no chain that people make.
    private static var longestChain: Int { 100 }

    /// Who stands behind an actor: for a token of the API whoever made it, however many tokens lie
    /// between. Where two people are asked for, one person with a token is still one.
    package func person(behind actor: String) throws -> String {
        let prefix = "token:"
        guard actor.hasPrefix(prefix) else { return actor }
        var makers: [String: String] = [:]
        for token in try apiTokens() { makers[prefix + token.id.text] = token.createdBy }
        var person = actor
        for _ in 0..<Self.longestChain {
            guard let maker = makers[person] else { break }
            person = maker
        }
        return person
    }
}
