public import Policy

/// What does not fit together in a plan, in words.
public enum ConflictSentences {
    /// How many endpoints one sentence names before it counts the others.
    private static let named = 3

    /// One sentence for each thing, however many endpoints it is about: a ring that is never reached
    /// comes first, since it keeps everything behind it.
    ///
    /// - Parameters:
    ///   - conflicts: what does not fit together, each with the endpoint that it is about.
    ///   - name: what people call an endpoint that is meant by its key.
    /// - Returns: the sentences.
    public static func of(
        _ conflicts: [PlanConflict], naming name: (String) -> String = { $0 }
    ) -> [String] {
        var whole: [String] = []
        var clauses: [String] = []
        var endpoints: [String: [String]] = [:]
        for conflict in conflicts {
            guard let key = conflict.endpoint else {
                whole.append(conflict.sentence)
                continue
            }
            let clause = String(conflict.sentence.dropFirst("\(key): ".count))
            if endpoints[clause] == nil { clauses.append(clause) }
            endpoints[clause, default: []].append(name(key))
        }
        return whole
            + clauses.map { clause in
                let all = endpoints[clause] ?? []
                let more = all.count - named
                return all.prefix(named).joined(separator: ", ")
                    + (more > 0 ? " and \(more) more: " : ": ") + clause
            }
    }
}

extension PlanConflict {
    /// The key of the endpoint that it is about; `nil` where it is about a ring.
    fileprivate var endpoint: String? {
        switch self {
        case .inheritance(let endpoint, _), .withoutRing(let endpoint, _),
            .uncertainRing(let endpoint, _), .budgetTooSmall(let endpoint, _, _):
            endpoint
        case .gateCannotBeMet, .soakShortened: nil
        }
    }
}
