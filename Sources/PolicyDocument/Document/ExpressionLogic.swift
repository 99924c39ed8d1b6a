import Policy

/// What can be told of conditions without asking any endpoint.
enum ExpressionLogic {
    /// Whether everything that fits `narrow` fits `wide` too, as far as it can be seen from how
    /// they are written; `false` does not say that something fits one and not the other.
    static func covers<Field>(
        _ wide: PolicyExpression<Field>, _ narrow: PolicyExpression<Field>
    ) -> Bool {
        guard parts(wide.root) <= maximumParts, parts(narrow.root) <= maximumParts else {
            return wide == narrow
        }
        return covers(wide.root, narrow.root)
    }

    /// Conditions with more parts are not compared part by part: that takes the product of their
    /// numbers, for each pair of rules.
    private static let maximumParts = 32

    private static func parts<Field>(_ term: Term<Field>) -> Int {
        switch term {
        case .always, .test: 1
        case .not(let inner): 1 + parts(inner)
        case .all(let terms), .any(let terms): terms.reduce(1) { $0 + parts($1) }
        }
    }

    private typealias Term<Field: ExpressionField> = PolicyExpression<Field>.Term

    private static func covers<Field>(_ wide: Term<Field>, _ narrow: Term<Field>) -> Bool {
        if wide == .always || wide == narrow || namesEveryWord(wide) { return true }
        // A union is covered when each part is; what covers one part of a union's cover covers all.
        if case .any(let parts) = narrow { return parts.allSatisfy { covers(wide, $0) } }
        if case .any(let parts) = wide { return parts.contains { covers($0, narrow) } }
        if case .all(let parts) = wide { return parts.allSatisfy { covers($0, narrow) } }
        if case .all(let parts) = narrow { return parts.contains { covers(wide, $0) } }
        guard case .test(let first) = wide, case .test(let second) = narrow,
            first.field == second.field, isChoice(first), isChoice(second)
        else { return false }
        return second.values.allSatisfy(first.values.contains)
    }

    /// Whether a part lists every word of a field that every update has, which is as good as `all`.
    private static func namesEveryWord<Field>(_ term: Term<Field>) -> Bool {
        guard case .test(let test) = term, isChoice(test), case .words(let list) = test.field.kind,
            let field = test.field as? UpdateField
        else { return false }
        return [.severity, .installability].contains(field)
            && test.values.count == list.words.count
    }

    private static func isChoice<Field>(_ test: FieldTest<Field>) -> Bool {
        test.comparator == .equal || test.comparator == .oneOf
    }
}

extension PolicyExpression where Field == EndpointField {
    /// The most endpoints that can fit, when the condition names them; `nil` when it does not.
    var mostEndpoints: Int? {
        switch root {
        case .test(let test)
        where test.field == .hostname && (test.comparator == .equal || test.comparator == .oneOf):
            test.values.count
        case .all(let parts): parts.compactMap { GroupExpression($0).mostEndpoints }.min()
        case .any(let parts):
            parts.reduce(0) { sum, part in
                guard let sum, let most = GroupExpression(part).mostEndpoints else { return nil }
                return sum + most
            }
        case .always, .not, .test: nil
        }
    }
}

extension PolicyExpression where Field == UpdateField {
    /// What is compared with `cve` as a whole and is no CVE number; no vulnerability has such a one.
    var malformedVulnerabilities: [String] { Self.malformed(root) }

    private static func malformed(_ term: Term) -> [String] {
        switch term {
        case .always: return []
        case .not(let inner): return malformed(inner)
        case .all(let parts), .any(let parts): return parts.flatMap(malformed)
        case .test(let test):
            guard test.field == .cve, test.comparator != .glob else { return [] }
            return test.values.compactMap { value in
                guard case .text(let text) = value else { return nil }
                return ValueReader.isVulnerability(text.uppercased()) ? nil : text
            }
        }
    }
}
