import Fleet
import Policy

/// Reads lists of rings.
struct RingReader {
    let values: ValueReader
    let expressions: ExpressionReader

    /// The most rings of one list: more is no staged rollout that anyone can follow.
    static let maximumRings = 32
    /// The longest soak: a quarter of a year, after which the next updates have long come.
    static let longestSoak = TimeSpan.days(92)

    /// A list of rings; `nil` when any of it cannot be read.
    func rings(_ value: YAMLValue, _ name: String) -> [Ring]? {
        guard let elements = values.elements(value, "the rings “\(name)”") else { return nil }
        guard (1...Self.maximumRings).contains(elements.count) else {
            values.list.error(
                value.place,
                "“\(name)” must have 1 to \(Self.maximumRings) rings, not \(elements.count)")
            return nil
        }
        let rings = elements.map(ring)
        let whole = rings.compactMap { $0 }
        checkMembers(whole, elements, of: name)
        checkNames(rings, elements)
        return whole.count == rings.count ? whole : nil
    }

    private func ring(_ value: YAMLValue) -> Ring? {
        guard var mapping = MappingReader(value, "a ring", values.list) else { return nil }
        let name = mapping.required("name", example: "canary").flatMap {
            values.name($0, "the name")
        }
        let members = mapping.required("members", example: "rest").flatMap(members)
        let soak = mapping.optional("soak").map {
            values.span($0, "the soak", in: TimeSpan.days(0)...Self.longestSoak)
        }
        let gate = mapping.optional("gate").map(gate)
        let budget = mapping.optional("budget").map(budget)
        mapping.finish()
        guard let name, let members else { return nil }
        return Ring(
            name: name, members: members, soak: soak.flatMap { $0 } ?? .days(0),
            gate: gate.flatMap { $0 }, budget: budget.flatMap { $0 })
    }

    private func members(_ value: YAMLValue) -> RingMembers? {
        guard let scalar = values.text(value, "“members”", limit: ExpressionLimits.length) else {
            return nil
        }
        if scalar.text == "rest" { return .rest }
        if let share = Percentage(scalar.text) {
            guard share.basisPoints > 0 else {
                values.list.error(value.place, "a ring of 0% has no members")
                return nil
            }
            return .share(share)
        }
        if scalar.text.last == "%" {
            _ = values.share(value, "“members”")
            return nil
        }
        return expressions.group(scalar).map(RingMembers.matching)
    }

    private func gate(_ value: YAMLValue) -> RingGate? {
        guard var mapping = MappingReader(value, "a gate", values.list) else { return nil }
        let verified = mapping.required("verified", example: "95%").flatMap {
            values.share($0, "“verified”")
        }
        let healthy = mapping.optional("healthy").map { values.share($0, "“healthy”") }
        let minimum = mapping.optional("minimum").map {
            values.integer($0, "“minimum”", in: 1...Self.largestMinimum)
        }
        mapping.finish()
        guard let verified else { return nil }
        return RingGate(
            verified: verified, healthy: healthy.flatMap { $0 },
            minimum: minimum.flatMap { $0 } ?? 1)
    }

    /// The largest number of verified endpoints that a gate may ask for: a tenth of the largest
    /// fleet that one server is made for (100,000).
    static let largestMinimum = 10_000

    private func budget(_ value: YAMLValue) -> DisruptionBudget? {
        guard let scalar = values.text(value, "the budget") else { return nil }
        var words = scalar.text.split(whereSeparator: \.isWhitespace).map(String.init)
        var scope = DisruptionBudget.Scope.ring
        if words.count == 3, words[1] == "per" {
            guard let named = DisruptionBudget.Scope(rawValue: words[2]) else {
                values.list.error(
                    value.place,
                    "a budget is counted per ring or per site, not per “\(words[2].prefix(20))”")
                return nil
            }
            scope = named
            words.removeLast(2)
        }
        let text = words.joined(separator: " ")
        var amount = Percentage(text).map(DisruptionBudget.Amount.share)
        if let count = ValueReader.digits(text), count <= Self.largestBudget {
            amount = .endpoints(count)
        }
        guard let amount else {
            values.list.error(
                value.place,
                "the budget must be a share or a number, such as “20%”, “5” or “1 per site”, not "
                    + "“\(scalar.text.prefix(20))”")
            return nil
        }
        if DisruptionBudget(amount).limit(of: 1) == 0 {
            values.list.warning(value.place, "with a budget of 0 nothing in this ring ever starts")
        }
        return DisruptionBudget(amount, per: scope)
    }

    /// The largest budget in endpoints: ten times the largest fleet that one server is made for.
    static let largestBudget = 1_000_000

    // MARK: What the rings must be together

    private func checkMembers(_ rings: [Ring], _ elements: [YAMLValue], of name: String) {
        guard rings.count == elements.count else { return }
        var total = 0
        for (index, ring) in rings.enumerated() {
            switch ring.members {
            case .share(let share):
                total += share.basisPoints
                if total > Percentage.whole, total - share.basisPoints <= Percentage.whole {
                    values.list.error(
                        elements[index].place,
                        "the shares of “\(name)” come to more than 100% with this ring")
                }
            case .rest where index < rings.count - 1:
                values.list.error(
                    elements[index].place,
                    "“rest” leaves nobody for the rings after it; put “\(ring.name)” last")
            case .rest, .matching: break
            }
        }
        if let last = rings.last, last.members != .rest, total < Percentage.whole,
            let element = elements.last
        {
            values.list.warning(
                element.place,
                "endpoints that no ring of “\(name)” takes never get the update; "
                    + "end with a ring of “members: rest”")
        }
    }

    private func checkNames(_ rings: [Ring?], _ elements: [YAMLValue]) {
        var seen: Set<PolicyName> = []
        for (ring, element) in zip(rings, elements) {
            guard let ring, !seen.insert(ring.name).inserted else { continue }
            values.list.error(element.place, "the ring “\(ring.name)” stands twice in one list")
        }
    }
}
