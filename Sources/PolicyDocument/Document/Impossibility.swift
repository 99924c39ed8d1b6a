import Fleet
public import Policy
import Versions

/// What can be told of a condition without asking any endpoint or update: that it never holds.
///
/// The condition is taken apart into its alternatives, each a list of comparisons that all hold or
/// do not; an alternative whose comparisons of one field leave that field no value is dropped. A
/// value that is not known makes no comparison hold, so it saves none.
extension PolicyExpression {
    /// Why the condition can never hold, as a clause for a message; `nil` when it may hold, as far
    /// as it can be seen from how it is written.
    public var impossibility: String? {
        guard Self.isEmpty(root) else { return nil }
        let parts = if case .all(let parts) = root { parts } else { [root] }
        let alone = parts.first { part in
            if case .test = part { return Self.isEmpty(part) }
            return false
        }
        return alone.map { "“\(Self($0))” never holds" } ?? "its parts exclude each other"
    }

    private static func isEmpty(_ term: Term) -> Bool {
        Alternatives<Field>.of(term, holds: true, among: [[]])?.isEmpty ?? false
    }
}

/// A comparison that an alternative wants to hold, or not to hold.
private struct Claim<Field: ExpressionField> {
    let test: FieldTest<Field>
    let holds: Bool
    let comparator: Comparator

    /// “Differs” is “is” that does not hold.
    init(_ test: FieldTest<Field>, holds: Bool) {
        self.test = test
        self.holds = test.comparator == .notEqual ? !holds : holds
        comparator = test.comparator == .notEqual ? .equal : test.comparator
    }

    /// Whether it lists what the field is, or is not.
    var isChoice: Bool { comparator == .equal || comparator == .oneOf }

    var pattern: String? {
        guard comparator == .glob, case .text(let text)? = test.values.first else { return nil }
        return text
    }

    var texts: [String] {
        test.values.compactMap { value in
            if case .text(let text) = value { return text.lowercased() }
            return nil
        }
    }
}

/// The ways in which a condition can hold.
private enum Alternatives<Field: ExpressionField> {
    typealias Term = PolicyExpression<Field>.Term

    /// Conditions with more alternatives are not judged. People write ten; each one more is looked
    /// through for every comparison.
    private static var most: Int { 128 }

    /// Those of `given` in which a term holds too, or does not; `nil` when there are too many.
    static func of(
        _ term: Term, holds: Bool, among given: [[Claim<Field>]]
    ) -> [[Claim<Field>]]? {
        switch (term, holds) {
        case (.always, _): return holds ? given : []
        case (.not(let inner), _): return of(inner, holds: !holds, among: given)
        case (.test(let test), _):
            let claim = Claim(test, holds: holds)
            return given.compactMap { claims in
                let own = claims.filter { $0.test.field == test.field } + [claim]
                return FieldValues(own, of: test.field).areNone ? nil : claims + [claim]
            }
        case (.all(let parts), true), (.any(let parts), false):
            var left = given
            for part in parts {
                guard !left.isEmpty, let next = of(part, holds: holds, among: left) else {
                    return left.isEmpty ? [] : nil
                }
                left = next
            }
            return left
        case (.any(let parts), true), (.all(let parts), false):
            var found: [[Claim<Field>]] = []
            for part in parts {
                guard let more = of(part, holds: holds, among: given) else { return nil }
                found += more
                guard found.count <= most else { return nil }
            }
            return found
        }
    }
}

/// The values of a field that claims about it leave.
private struct FieldValues<Field: ExpressionField> {
    private let claims: [Claim<Field>]
    private let field: Field

    init(_ claims: [Claim<Field>], of field: Field) {
        self.claims = claims
        self.field = field
    }

    /// Whether there are none.
    var areNone: Bool {
        switch field.kind {
        case .text: noText
        case .texts: noTexts
        case .version: noneInOrder(from: nil, to: nil)
        case .release: noRelease
        case .number(let range):
            noneInOrder(from: .number(range.lowerBound), to: .number(range.upperBound))
        case .bytes: noneInOrder(from: .number(0), to: nil)
        case .duration: noneInOrder(from: nil, to: nil)
        case .words(let list): noWord(list)
        case .wordSet(let list): noWords(list)
        }
    }

    // MARK: Texts

    private var refusedTexts: Set<String> {
        Set(claims.filter { $0.isChoice && !$0.holds }.flatMap(\.texts))
    }

    private func globs(holding: Bool) -> [Glob] {
        claims.filter { $0.holds == holding }.compactMap(\.pattern).map { Glob($0) }
    }

    /// Whether a pattern is wanted and refused.
    private var wantsRefusedGlob: Bool {
        !Set(globs(holding: true)).isDisjoint(with: globs(holding: false))
    }

    private var noText: Bool {
        let choices = claims.filter { $0.isChoice && $0.holds }.map { Set($0.texts) }
        guard let first = choices.first else { return wantsRefusedGlob }
        let left = choices.dropFirst().reduce(first) { $0.intersection($1) }
        let (wanted, refused) = (globs(holding: true), globs(holding: false))
        return left.subtracting(refusedTexts).allSatisfy { text in
            !wanted.allSatisfy { $0.matches(text) } || refused.contains { $0.matches(text) }
        }
    }

    /// A field of many texts may hold what is wanted beside anything else, but nothing refused.
    private var noTexts: Bool {
        let (texts, refused) = (refusedTexts, globs(holding: false))
        return wantsRefusedGlob
            || claims.contains { claim in
                claim.isChoice && claim.holds
                    && claim.texts.allSatisfy { text in
                        texts.contains(text) || refused.contains { $0.matches(text) }
                    }
            }
    }

    // MARK: Words

    private func noWord(_ list: WordList) -> Bool {
        !list.words.indices.contains { place in claims.allSatisfy { takes($0, place, list) } }
    }

    private func noWords(_ list: WordList) -> Bool {
        claims.filter(\.holds).contains { claim in
            !list.words.indices.contains { place in
                takes(claim, place, list)
                    && claims.allSatisfy { $0.holds || takes($0, place, list) }
            }
        }
    }

    /// Whether a word makes a claim true; one outside the order makes no comparison by order so.
    private func takes(_ claim: Claim<Field>, _ place: Int, _ list: WordList) -> Bool {
        let places = claim.test.values.compactMap { value -> Int? in
            if case .word(let place) = value { return place }
            return nil
        }
        if claim.isChoice { return places.contains(place) == claim.holds }
        guard let wanted = places.first, place != list.unranked, wanted != list.unranked else {
            return false
        }
        return claim.comparator.holds(place - wanted) == claim.holds
    }

    // MARK: Numbers and versions

    /// An end of a range.
    private struct End {
        let value: Literal
        let isIncluded: Bool
    }

    /// Whose order holds is not known before an update is looked at: it must be none by each.
    private var noRelease: Bool {
        guard claims.contains(where: \.comparator.isOrdering) else { return noText }
        return Ecosystem.allCases.allSatisfy { ecosystem in
            noneInOrder(from: nil, to: nil) { Self.order($0, $1, in: ecosystem) }
        }
    }

    private func noneInOrder(
        from least: Literal?, to most: Literal?, by order: (Literal, Literal) -> Int = Self.order
    ) -> Bool {
        var low = least.map { End(value: $0, isIncluded: true) }
        var high = most.map { End(value: $0, isIncluded: true) }
        for claim in claims {
            guard let value = claim.test.values.first,
                let (isLower, isIncluded) = Self.end(claim.comparator, claim.holds)
            else { continue }
            let end = End(value: value, isIncluded: isIncluded)
            if isLower {
                low = Self.tighter(low, end) { order($0, $1) > 0 }
            } else {
                high = Self.tighter(high, end) { order($0, $1) < 0 }
            }
        }
        let choices = claims.filter { $0.isChoice && $0.holds }.map(\.test.values)
        let refused = claims.filter { $0.isChoice && !$0.holds }.flatMap(\.test.values)
        func isLeft(_ value: Literal) -> Bool {
            let above = low.map { order(value, $0.value) + ($0.isIncluded ? 1 : 0) > 0 }
            let below = high.map { order($0.value, value) + ($0.isIncluded ? 1 : 0) > 0 }
            return above != false && below != false
                && !refused.contains { order($0, value) == 0 }
                && choices.allSatisfy { $0.contains { order($0, value) == 0 } }
        }
        if let first = choices.first { return !first.contains { isLeft($0) } }
        guard let low, let high else { return false }
        let difference = order(low.value, high.value)
        return difference > 0 || (difference == 0 && !isLeft(low.value))
    }

    /// Which end of a range a comparison is, and whether the value itself is in the range.
    private static func end(
        _ comparator: Comparator, _ holds: Bool
    ) -> (isLower: Bool, isIncluded: Bool)? {
        switch comparator {
        case .greater: (holds, !holds)
        case .greaterOrEqual: (holds, holds)
        case .less: (!holds, !holds)
        case .lessOrEqual: (!holds, holds)
        case .equal, .notEqual, .glob, .oneOf: nil
        }
    }

    private static func tighter(
        _ one: End?, _ other: End, _ isTighter: (Literal, Literal) -> Bool
    ) -> End {
        guard let one else { return other }
        if isTighter(one.value, other.value) { return one }
        if isTighter(other.value, one.value) { return other }
        return one.isIncluded ? other : one
    }

    /// The same by an ecosystem's order; what is no version there is unlike everything.
    private static func order(_ left: Literal, _ right: Literal, in ecosystem: Ecosystem) -> Int {
        guard case .text(let left) = left, case .text(let right) = right else { return 0 }
        return switch try? ecosystem.compare(left, right) {
        case .less: -1
        case .equal: 0
        case .greater: 1
        case nil: left == right ? 0 : 2
        }
    }

    /// -1, 0 or 1, as the expression compares them.
    private static func order(_ left: Literal, _ right: Literal) -> Int {
        switch (left, right) {
        case (.text(let left), .text(let right)): SegmentedVersion.order(left, right)
        case (.number(let left), .number(let right)): left < right ? -1 : left > right ? 1 : 0
        case (.word(let left), .word(let right)): left - right
        default: 0
        }
    }
}
