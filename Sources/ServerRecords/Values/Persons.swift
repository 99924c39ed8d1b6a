import Fleet

extension IdentityRecords {
    /// How many tokens may have made each other in a row; more is no chain that people make.
    private static var longestChain: Int { 100 }

    /// Whether two different people stand behind two actors. Of a token that is not there any more
    /// nobody knows who made it: it counts as nobody else.
    package func areTwoPeople(_ one: String, _ other: String) throws -> Bool {
        let people = [try person(behind: one), try person(behind: other)]
        return people[0] != people[1] && !people.contains { $0.hasPrefix(Self.tokenPrefix) }
    }

    /// What the name of an actor that is a token begins with.
    private static var tokenPrefix: String { "token:" }

    /// The role in which an actor of the audit log acts now; `nil` for endpoints, the server itself
    /// and whoever is not there any more.
    package func role(of actor: String) throws -> Role? {
        if actor == Principal.localAdministrator.name { return .administrator }
        if actor.hasPrefix(Self.tokenPrefix) {
            return try apiTokens().first { Self.tokenPrefix + $0.id.text == actor }?.role
        }
        guard actor.hasPrefix(Self.userPrefix) else { return nil }
        return try users().first { Self.userPrefix + $0.name == actor }?.role
    }

    /// What the name of an actor that is a person begins with.
    private static var userPrefix: String { "user:" }

    /// Who stands behind an actor: for a token of the API whoever made it, however many tokens lie
    /// between. Where two people are asked for, one person with a token is still one.
    package func person(behind actor: String) throws -> String {
        guard actor.hasPrefix(Self.tokenPrefix) else { return actor }
        var makers: [String: String] = [:]
        for token in try apiTokens() { makers[Self.tokenPrefix + token.id.text] = token.createdBy }
        var person = actor
        for _ in 0..<Self.longestChain {
            guard let maker = makers[person] else { break }
            person = maker
        }
        return person
    }
}
