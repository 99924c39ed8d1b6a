import ControlPlane
import Fleet
import Policy
import PolicyDocument
import ServerRecords

/// Finds what cannot work in a policy as the fleet is now: conditions that fit nobody, rings
/// without members, gates that ask for more endpoints than their ring has.
struct FleetRemarks {
    /// How many tenants a remark names before it counts the others.
    private static let tenantsNamed = 3

    private let policy: PatchPolicy
    private let spots: PolicySpots?
    private let lists: [List]
    private var counts: [TenantID: [PolicyName: [Int]]] = [:]
    private var names: [TenantID: String] = [:]
    private var uncertain: Set<TenantID> = []
    private var endpoints = 0
    private var members = 0
    private var tags: Set<String> = []
    private var roles: Set<String> = []
    private var groups: Set<String> = []
    private var problems: [InheritanceProblem: Int] = [:]

    private struct List {
        let name: PolicyName
        let rings: [Ring]
        let assignment: RingAssignment
    }

    init(on policy: PatchPolicy, _ spots: PolicySpots?) {
        self.policy = policy
        self.spots = spots
        lists = policy.rings.sorted { $0.key < $1.key }.map { name, rings in
            List(
                name: name, rings: rings, assignment: RingAssignment(rings, of: policy.name))
        }
    }

    /// Notes an endpoint, and whether the policy applies to it.
    mutating func add(
        _ subject: EndpointSubject, applies: Ternary, of tenant: TenantID, at now: Timestamp
    ) {
        endpoints += 1
        tags.formUnion((subject.tags ?? []).map { $0.lowercased() })
        groups.formUnion((subject.groups ?? []).map { $0.lowercased() })
        if let role = subject.role { roles.insert(role.lowercased()) }
        names[tenant] = subject.tenant ?? tenant.text
        guard applies != .no else { return }
        members += 1
        for list in lists {
            let place = list.assignment.place(of: subject, at: now)
            if place.isUncertain { uncertain.insert(tenant) }
            var sizes = counts[tenant]?[list.name] ?? list.rings.map { _ in 0 }
            if let ring = place.ring { sizes[ring] += 1 }
            counts[tenant, default: [:]][list.name] = sizes
        }
    }

    /// Notes what does not fit together in the policies of an endpoint, as far as this one has a
    /// part in it.
    mutating func add(_ found: [InheritanceProblem]) {
        for problem in found where problem.concerns(policy) { problems[problem, default: 0] += 1 }
    }

    /// What is to be said, in the order of the text.
    var remarks: [PolicyRemark] {
        guard endpoints > 0 else { return [] }
        guard members > 0 else {
            return [
                remark(
                    spots?.applies,
                    "“applies” fits none of the \(endpoints) endpoints\(missing(policy.applies))")
            ]
        }
        let clashes = problems.sorted { $0.key.sentence < $1.key.sentence }.map { problem, count in
            remark(nil, "on \(count) endpoint\(count == 1 ? "" : "s"): \(problem.sentence)")
        }
        return clashes
            + lists.flatMap { list in
                list.rings.indices.compactMap { remark(on: $0, of: list) }
            }
    }

    private func remark(on place: Int, of list: List) -> PolicyRemark? {
        let ring = list.rings[place]
        let spot = spots?.rings[list.name].flatMap { $0.indices.contains(place) ? $0[place] : nil }
        // Where a fact is missing that decides who is in which ring, nothing is sure.
        let sure = counts.filter { !uncertain.contains($0.key) }
        let sizes = sure.map { (tenant: $0.key, size: $0.value[list.name]?[place] ?? 0) }
        let empty = sizes.filter { $0.size == 0 }
        var why = ""
        if case .matching(let condition) = ring.members { why = missing(condition) }
        if let gate = ring.gate {
            let short = sizes.filter { $0.size < gate.minimum }
            guard let most = short.map(\.size).max() else { return nil }
            let has = most == 0 ? "nobody" : "\(most)"
            return remark(
                spot,
                "the gate of “\(ring.name)” cannot be met\(at(short.map(\.tenant))): it asks for "
                    + "\(gate.minimum) verified endpoints, and the ring has \(has)\(why); a "
                    + "rollout would halt there")
        }
        guard case .matching = ring.members, !empty.isEmpty else { return nil }
        return remark(
            spot, "nobody is in the ring “\(ring.name)”\(at(empty.map(\.tenant)))\(why)")
    }

    /// ` at Acme and 2 more`; nothing where there is one tenant only.
    private func at(_ tenants: [TenantID]) -> String {
        guard names.count > 1 else { return "" }
        let sorted = tenants.map { names[$0] ?? $0.text }.sorted()
        let shown = sorted.prefix(Self.tenantsNamed).joined(separator: ", ")
        let rest = sorted.count - Self.tenantsNamed
        return " at \(shown)\(rest > 0 ? " and \(rest) more" : "")"
    }

    /// What a condition asks for and no endpoint has, as the end of a sentence.
    private func missing(_ condition: GroupExpression) -> String {
        let words = absent(condition.root)
        return words.isEmpty ? "" : ": no endpoint has \(words.joined(separator: ", nor "))"
    }

    private func absent(_ term: GroupExpression.Term) -> [String] {
        switch term {
        case .always, .not: return []
        case .all(let parts), .any(let parts): return parts.flatMap(absent)
        case .test(let test):
            guard test.comparator == .equal || test.comparator == .oneOf else { return [] }
            let texts = test.values.compactMap { value -> String? in
                if case .text(let text) = value { text } else { nil }
            }
            func lacking(_ word: String, _ known: Set<String>) -> [String] {
                texts.filter { !known.contains($0.lowercased()) }.map { "the \(word) “\($0)”" }
            }
            switch test.field {
            case .tag: return lacking("tag", tags)
            case .role: return lacking("role", roles)
            case .group: return lacking("group", groups)
            default: return []
            }
        }
    }

    private func remark(_ spot: PolicySpots.Spot?, _ message: String) -> PolicyRemark {
        PolicyRemark(
            isError: false, line: spot?.line ?? 1, column: spot?.column ?? 1, message: message)
    }
}

extension InheritanceProblem {
    /// Whether a policy has a part in it.
    fileprivate func concerns(_ policy: PatchPolicy) -> Bool {
        switch self {
        case .conflict(_, let policies): policies.contains(policy.name)
        case .missingParent(let name, _), .cycle(let name): name == policy.name
        case .unknownWindow(let name, let lane): policy.lanes.route(of: lane).windows.contains(name)
        case .unknownRings(let name, let lane): policy.lanes.route(of: lane).rings == name
        }
    }
}
