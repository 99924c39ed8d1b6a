public import Fleet

/// Who is in which ring of one list: every endpoint in at most one, and in exactly one when the
/// list ends with a ring for the rest.
///
/// Expressions come first, in the order of the list. The others are spread by a stable hash of the
/// policy's name and the endpoint's key; each ring with a percentage takes the next slice of them,
/// and the ring for the rest takes who is left. An endpoint never changes its ring by itself, and
/// the canaries of one policy are not those of another.
public struct RingAssignment: Sendable {
    /// The rings, in order.
    public let rings: [Ring]
    private let policy: PolicyName
    private let expressions: [(ring: Int, condition: CompiledExpression<EndpointField>)]
    /// The end of each slice, in hundredths of a percent.
    private let slices: [(ring: Int, end: Int)]
    private let rest: Int?

    /// Where an endpoint belongs.
    public struct Place: Hashable, Sendable {
        /// The place of its ring in the list; `nil` when no ring takes it.
        public var ring: Int?
        /// Whether a missing fact could have put it into an earlier ring. It is then left in the
        /// later one: nobody becomes a canary by accident.
        public var isUncertain: Bool
    }

    /// The rings of one list of a policy.
    public init(_ rings: [Ring], of policy: PolicyName) {
        self.rings = rings
        self.policy = policy
        var expressions: [(Int, CompiledExpression<EndpointField>)] = []
        var slices: [(Int, Int)] = []
        var end = 0
        var rest: Int?
        for (place, ring) in rings.enumerated() {
            switch ring.members {
            case .matching(let expression):
                expressions.append((place, CompiledExpression(expression)))
            case .share(let share):
                end = min(Percentage.whole, end + share.basisPoints)
                slices.append((place, end))
            case .rest: rest = rest ?? place
            }
        }
        self.expressions = expressions
        self.slices = slices
        self.rest = rest
    }

    /// Whether it leaves nobody out.
    var takesEverybody: Bool { rest != nil || slices.last?.end == Percentage.whole }

    /// The ring of an endpoint.
    public func place(of endpoint: EndpointSubject, at now: Timestamp) -> Place {
        var isUncertain = false
        for (ring, condition) in expressions {
            switch condition.evaluate(endpoint, at: now) {
            case .yes: return Place(ring: ring, isUncertain: isUncertain)
            case .unknown: isUncertain = true
            case .no: break
            }
        }
        let bucket = Self.bucket(of: endpoint.key, policy)
        let slice = slices.first { bucket < $0.end }
        return Place(ring: slice?.ring ?? rest, isUncertain: isUncertain)
    }

    /// The endpoint's place in the spread, from 0 to 9,999 hundredths of a percent.
    static func bucket(of key: String, _ policy: PolicyName) -> Int {
        let hash = StableHash.of(policy.text, key)
        return Int(hash.multipliedFullWidth(by: UInt64(Percentage.whole)).high)
    }
}
