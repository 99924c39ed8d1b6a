import Calendar
public import Fleet

extension EffectivePolicy {
    /// What the given policies come to for an endpoint at `now`; `nil` when none applies and none
    /// may apply.
    ///
    /// A policy applies when its expression holds for the endpoint; the policies that it inherits
    /// come with it, whatever their own expressions say.
    ///
    /// - Parameters:
    ///   - policies: Every policy that could apply or be inherited.
    ///   - endpoint: The endpoint.
    ///   - now: The instant.
    ///   - assumesMembership: Whether a policy is taken to apply where a missing fact keeps that
    ///     from being known: for questions of the kind “what would this policy do”, never for
    ///     deciding.
    public init?(
        of policies: [PlacedPolicy], for endpoint: EndpointSubject, at now: Timestamp,
        assumesMembership: Bool = false
    ) {
        var composer = PolicyComposer(policies)
        for placed in policies {
            switch placed.policy.applies.evaluate(endpoint, at: now) {
            case .yes: composer.add(placed, isCertain: true)
            case .unknown: composer.add(placed, isCertain: assumesMembership)
            case .no: break
            }
        }
        guard !composer.members.isEmpty else { return nil }
        self.init(composer)
    }

    /// What one policy comes to by itself, with those that it inherits, whomever it applies to.
    public init(of policy: PlacedPolicy, inheritingFrom others: [PlacedPolicy] = []) {
        var composer = PolicyComposer(others)
        composer.add(policy, isCertain: true)
        self.init(composer)
    }

    private init(_ composer: PolicyComposer) {
        layers = composer.layers
        let certain = layers.filter(\.isCertain).map(\.placed)
        otherwise = certain.first.map { Sourced($0.policy.otherwise, from: $0) }
        lanes = certain.first.map { Sourced($0.policy.lanes, from: $0) }
        catchUp = Self.nearest(certain, \.catchUp)
        reboot = Self.nearest(certain, \.reboot)
        before = Self.nearest(certain, \.before)
        after = Self.nearest(certain, \.after)
        services = Self.nearest(certain, \.services)
        bandwidth = Self.nearest(certain, \.bandwidth)
        var windows: [PolicyName: Sourced<MaintenanceWindow>] = [:]
        var rings: [PolicyName: Sourced<[Ring]>] = [:]
        var sla: [Sourced<PolicyName>] = []
        for placed in certain {
            for window in placed.policy.windows {
                guard let name = PolicyName(window.name), windows[name] == nil else { continue }
                windows[name] = Sourced(window, from: placed)
            }
            for (name, list) in placed.policy.rings where rings[name] == nil {
                rings[name] = Sourced(list, from: placed)
            }
            for preset in placed.policy.sla where !sla.contains(where: { $0.value == preset }) {
                sla.append(Sourced(preset, from: placed))
            }
        }
        self.windows = windows
        self.rings = rings
        self.sla = sla
        // A freeze forbids, so one of a policy that only may apply counts too.
        freezes = layers.flatMap { layer in
            layer.policy.freezes.map { Sourced($0, from: layer.placed) }
        }
        problems =
            composer.problems
            + Self.danglingNames(in: certain.first?.policy.lanes, windows: windows, rings: rings)
    }

    private static func nearest<Value>(
        _ policies: [PlacedPolicy], _ setting: (PatchPolicy) -> Value?
    ) -> Sourced<Value>? {
        for placed in policies {
            if let value = setting(placed.policy) { return Sourced(value, from: placed) }
        }
        return nil
    }

    private static func danglingNames(
        in lanes: Lanes?, windows: [PolicyName: Sourced<MaintenanceWindow>],
        rings: [PolicyName: Sourced<[Ring]>]
    ) -> [InheritanceProblem] {
        let routes: [(Lane, LaneRoute?)] = [
            (.routine, lanes?.routine), (.priority, lanes?.priority),
            (.emergency, lanes?.emergency),
        ]
        return routes.flatMap { lane, route -> [InheritanceProblem] in
            guard let route else { return [] }
            let missing = route.windows.filter { windows[$0] == nil }
            let ringProblem = route.rings.flatMap { name in
                rings[name] == nil ? InheritanceProblem.unknownRings(name, lane: lane) : nil
            }
            return missing.map { .unknownWindow($0, lane: lane) } + (ringProblem.map { [$0] } ?? [])
        }
    }
}

/// Gathers the policies that apply and those that they inherit.
private struct PolicyComposer {
    struct Member {
        let placed: PlacedPolicy
        var isCertain: Bool
        /// How many steps of inheritance lie between it and a policy that applies by itself.
        var distance: Int
    }

    private let byName: [PolicyName: PlacedPolicy]
    private(set) var members: [PolicyName: Member] = [:]
    private var found: Set<InheritanceProblem> = []

    init(_ policies: [PlacedPolicy]) {
        byName = Dictionary(policies.map { ($0.policy.name, $0) }) { first, _ in first }
    }

    /// Adds a policy and its ancestors.
    mutating func add(_ placed: PlacedPolicy, isCertain: Bool) {
        var visited: Set<PolicyName> = []
        var next: PlacedPolicy? = placed
        while let current = next {
            let name = current.policy.name
            guard visited.insert(name).inserted else {
                found.insert(.cycle(name))
                return
            }
            join(current, isCertain: isCertain, distance: visited.count - 1)
            guard let parent = current.policy.inherits else { return }
            next = byName[parent]
            if next == nil { found.insert(.missingParent(of: name, named: parent)) }
        }
    }

    private mutating func join(_ placed: PlacedPolicy, isCertain: Bool, distance: Int) {
        let name = placed.policy.name
        guard var member = members[name] else {
            members[name] = Member(placed: placed, isCertain: isCertain, distance: distance)
            return
        }
        member.isCertain = member.isCertain || isCertain
        // The longest way counts, so that a policy never comes before one that inherits it.
        member.distance = max(member.distance, distance)
        members[name] = member
    }

    /// The nearest level first; in a level who inherits before what is inherited; then by name.
    var layers: [EffectivePolicy.Layer] {
        members.values.sorted { left, right in
            if left.placed.level != right.placed.level {
                return left.placed.level > right.placed.level
            }
            if left.distance != right.distance { return left.distance < right.distance }
            return left.placed.policy.name < right.placed.policy.name
        }.map { EffectivePolicy.Layer(placed: $0.placed, isCertain: $0.isCertain) }
    }

    var problems: [InheritanceProblem] {
        let direct = members.values.filter { $0.distance == 0 && $0.isCertain }
        let conflicts = PolicyLevel.allCases.compactMap { level -> InheritanceProblem? in
            let names = direct.filter { $0.placed.level == level }.map(\.placed.policy.name)
            return names.count > 1 ? .conflict(level: level, policies: names.sorted()) : nil
        }
        return conflicts + found.sorted { $0.sentence < $1.sentence }
    }
}
