public import Fleet
public import Policy

/// A file of policies, read: the policies in its order, and what is to be said about it.
public struct PolicyFile: Sendable {
    /// The policies that could be read, in the order of the file. With errors among the
    /// diagnostics some are missing, and none may be used.
    public let policies: [PatchPolicy]
    /// The risks that the policies accept, by the name of the policy: each holds for endpoints that
    /// its policy applies to.
    public let exceptions: [PolicyName: [RiskException]]
    /// Errors and warnings, in the order of the file.
    public let diagnostics: [Diagnostic]

    /// Where parts of the policies stand, for those who find something later, when endpoints are
    /// known.
    public let spots: [PolicyName: PolicySpots]

    /// Whether the policies may be used: no diagnostic is an error.
    public var isUsable: Bool { !diagnostics.contains { $0.severity == .error } }

    /// What surrounds a file while it is read, and changes what can be said about it.
    public struct Surroundings: Sendable {
        /// The time: with it, windows that can never open again are found.
        public var now: Timestamp?
        /// Whether the machine's database has a time zone; `nil` when there is no database.
        public var isKnownZone: (@Sendable (String) -> Bool)?
        /// The names of the zones that the machine has, to say which one was meant by a name that
        /// is not among them; `nil` when they cannot be listed.
        public var zoneNames: (@Sendable () -> [String])?
        /// Policies of other files that these may inherit.
        public var others: [PatchPolicy]
        /// Whether a lane whose windows never open again is a warning: for questions about what a
        /// policy does, also once its last date has passed. Otherwise it is an error.
        public var toleratesIdleLanes: Bool

        /// What surrounds a file.
        public init(
            now: Timestamp? = nil, isKnownZone: (@Sendable (String) -> Bool)? = nil,
            others: [PatchPolicy] = [], toleratesIdleLanes: Bool = false
        ) {
            self.now = now
            self.isKnownZone = isKnownZone
            self.others = others
            self.toleratesIdleLanes = toleratesIdleLanes
        }
    }

    /// Reads a file's bytes. Everything that is wrong is found in one pass. `name` is what
    /// diagnostics call the file.
    public static func read(
        _ bytes: [UInt8], named name: String, in surroundings: Surroundings = Surroundings()
    ) -> PolicyFile {
        let list = DiagnosticList(file: name)
        guard let source = SourceText(bytes, list) else {
            return PolicyFile(
                policies: [], exceptions: [:], diagnostics: list.inOrder, spots: [:])
        }
        let documents = YAMLComposer(source, list).documents()
        if documents.isEmpty, !list.hasErrors {
            list.error(.start, "the file holds no policy")
        }
        let reader = PolicyReader(
            values: ValueReader(list: list), source: source, isKnownZone: surroundings.isKnownZone,
            zoneNames: surroundings.zoneNames)
        let located = documents.compactMap(reader.policy)
        ReferenceCheck(located: located, others: surroundings.others, list: list).run()
        for policy in located {
            PolicyAdvice(
                located: policy, all: located, list: list, now: surroundings.now,
                toleratesIdleLanes: surroundings.toleratesIdleLanes
            ).run()
        }
        let exceptions = located.filter { !$0.exceptions.isEmpty }
            .map { ($0.policy.name, $0.exceptions.map(\.exception)) }
        return PolicyFile(
            policies: located.map(\.policy),
            exceptions: Dictionary(exceptions) { first, _ in first },
            diagnostics: list.inOrder,
            spots: Dictionary(located.map { ($0.policy.name, PolicySpots($0.places)) }) {
                first, _ in first
            })
    }
}

/// Where parts of a policy stand in its text.
public struct PolicySpots: Hashable, Sendable {
    /// A line and a column, both from 1.
    public struct Spot: Hashable, Sendable {
        /// The line.
        public let line: Int
        /// The column, counted in Unicode scalars.
        public let column: Int

        init(_ place: Place) {
            line = place.line
            column = place.column
        }
    }

    /// The condition that says which endpoints it applies to.
    public let applies: Spot
    /// The rings of each list, in order.
    public let rings: [PolicyName: [Spot]]
    /// The windows by name.
    public let windows: [String: Spot]

    init(_ places: PolicyPlaces) {
        applies = Spot(places.applies)
        rings = places.ringElements.mapValues { $0.map(Spot.init) }
        windows = places.windows.mapValues(Spot.init)
    }
}
