public import Policy

/// What does not fit together in a plan, in words.
public enum ConflictSentences {
    /// How many endpoints or packages one sentence names before it counts the others.
    private static let named = 3

    /// One sentence for each thing, however many endpoints or packages it is about: a ring that is
    /// never reached comes first, since it keeps everything behind it.
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
        let gates = Dictionary(grouping: conflicts, by: ShutGate.init)
        for conflict in conflicts {
            if let gate = ShutGate(conflict), let all = gates[gate], all.count > 1 {
                // Told where the first package of it would have been.
                if all.first == conflict { whole.append(gate.sentence(all.compactMap(\.package))) }
                continue
            }
            guard let key = conflict.endpoint else {
                whole.append(conflict.sentence)
                continue
            }
            let clause = String(conflict.sentence.dropFirst("\(key): ".count))
            if endpoints[clause] == nil { clauses.append(clause) }
            endpoints[clause, default: []].append(name(key))
        }
        return whole + clauses.map { "\(listed(endpoints[$0] ?? [])): \($0)" }
    }

    /// The first few of many names, and how many more there are.
    fileprivate static func listed(_ all: [String]) -> String {
        let more = all.count - named
        return all.prefix(named).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

/// A gate that cannot be met, without the package that it is about: what keeps a hundred packages
/// the same way is told once.
private struct ShutGate: Hashable {
    let policy: PolicyName
    let ring: PolicyName
    let members: Int
    let minimum: Int

    init?(_ conflict: PlanConflict) {
        guard case .gateCannotBeMet(let policy, let ring, _, let members, let minimum) = conflict
        else { return nil }
        (self.policy, self.ring, self.members, self.minimum) = (policy, ring, members, minimum)
    }

    func sentence(_ packages: [String]) -> String {
        let each =
            members == 0
            ? "nobody in the ring \(ring) needs any of \(packages.count) packages, and its gate "
                + "wants \(minimum); their rollouts would halt there, and the rings after it never "
                + "begin"
            : "the ring \(ring) has \(members == 1 ? "1 endpoint" : "\(members) endpoints") for each of \(packages.count) "
                + "packages, and its gate wants \(minimum); the rings after it would never begin"
        return "\(policy): \(each): \(ConflictSentences.listed(packages.sorted()))."
    }
}

extension PlanConflict {
    /// The package whose gate cannot be met; `nil` where it is about something else.
    fileprivate var package: String? {
        if case .gateCannotBeMet(_, _, let package, _, _) = self { package } else { nil }
    }

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
