import Fleet

extension ActorRecords {
    /// How many tokens may have made each other in a row; more is no chain that people make.
    private static var longestChain: Int { 100 }

    /// Whether two different people stand behind two actors. Of a token that is not there any more
    /// nobody knows who made it: it counts as nobody else.
    package func areTwoPeople(_ one: String, _ other: String) throws -> Bool {
        let people = [try person(behind: one), try person(behind: other)]
        return people[0] != people[1] && !people.contains(where: ActorName.isToken)
    }

    /// The role in which an actor of the audit log acts now; `nil` for endpoints, the server itself
    /// and whoever is not there any more. It costs one row: each entry of the log asks for it, in the
    /// transaction of what it tells.
    package func role(of actor: String) throws -> Role? {
        switch ActorName(actor) {
        case .user(let name): try user(named: name)?.role
        case .token(let id): try token(id)?.role
        case .endpoint: nil
        case nil: actor == Principal.localAdministrator.name ? .administrator : nil
        }
    }

    /// Who stands behind an actor: for a token of the API whoever made it, however many tokens lie
    /// between. Where two people are asked for, one person with a token is still one.
    package func person(behind actor: String) throws -> String {
        var person = actor
        for _ in 0..<Self.longestChain {
            guard case .token(let id) = ActorName(person), let maker = try token(id)?.createdBy
            else { break }
            person = maker
        }
        return person
    }

    private func token(_ text: String) throws -> APIToken? {
        try TokenID(text).flatMap { try apiToken($0) }
    }
}
