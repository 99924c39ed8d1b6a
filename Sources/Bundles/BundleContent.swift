import ControlPlane
import Fleet
import Policy
import ServerRecords

/// Which updates a query means, ready to be asked for each.
struct BundleMatcher {
    private let packages: [Glob]
    private let origins: [Glob]
    private let classes: Set<UpdateClass>
    private let vulnerabilities: Set<String>
    private let query: BundleQuery

    init(_ query: BundleQuery) {
        packages = (query.packages ?? []).map { Glob($0) }
        origins = (query.origins ?? []).map { Glob($0) }
        classes = Set(query.classes ?? [])
        vulnerabilities = Set((query.vulnerabilities ?? []).map { $0.lowercased() })
        self.query = query
    }

    /// Whether an update fits all that is given; what is not known of it does not fit.
    func takes(_ subject: UpdateSubject) -> Bool {
        let update = subject.update
        if !packages.isEmpty {
            let names = [update.name, subject.source].compactMap(\.self)
            guard packages.contains(where: { names.contains(where: $0.matches) }) else {
                return false
            }
        }
        if !origins.isEmpty {
            let vendor = String(update.origin.prefix { $0 != ":" })
            guard origins.contains(where: { $0.matches(update.origin) || $0.matches(vendor) })
            else { return false }
        }
        if !classes.isEmpty, classes.isDisjoint(with: update.classes) { return false }
        if let severity = query.severity, subject.severity > severity { return false }
        if query.knownExploited == true, subject.kev != true { return false }
        if !vulnerabilities.isEmpty {
            let closed = (subject.vulnerabilities ?? []).map { $0.lowercased() }
            guard !vulnerabilities.isDisjoint(with: closed) else { return false }
        }
        return isInSpan(subject.firstSeenAt)
    }

    private func isInSpan(_ firstSeenAt: Timestamp?) -> Bool {
        guard query.seenFrom != nil || query.seenBefore != nil else { return true }
        guard let firstSeenAt else { return false }
        if let from = query.seenFrom, firstSeenAt < from { return false }
        if let before = query.seenBefore, firstSeenAt >= before { return false }
        return true
    }
}

/// What a query means in a tenant now: the lines, and the endpoints that miss one of them.
struct BundleContent {
    private struct Key: Hashable, Comparable {
        let manager: PackageManagerName
        let package: String
        let version: String

        static func < (lhs: Self, rhs: Self) -> Bool {
            (lhs.package, lhs.manager, lhs.version) < (rhs.package, rhs.manager, rhs.version)
        }
    }

    /// The most lines of a bundle: a month of updates of a mixed fleet has some hundred, and each
    /// becomes one approval.
    static let mostLines = 500
    /// The most vulnerabilities that a line names: a kernel closes some hundred at once.
    static let mostVulnerabilities = 200
    /// The most endpoints that are looked at for one: some seconds' work.
    static let mostEndpoints = 20_000

    private var byKey: [Key: BundleLine] = [:]
    private(set) var endpoints: [(id: EndpointID, name: String)] = []
    private(set) var findings = 0
    private(set) var noWayBack: Set<String> = []
    /// Whether a rule that decides about one of them asks for two people.
    private(set) var asksForTwo = false

    var lines: [BundleLine] {
        byKey.sorted { $0.key < $1.key }.map { entry in
            var line = entry.value
            line.vulnerabilities = Array(
                line.vulnerabilities.sorted().prefix(Self.mostVulnerabilities))
            return line
        }
    }

    mutating func add(_ decided: DecidedEndpoint, _ matcher: BundleMatcher, at now: Timestamp) {
        let found = decided.updates.map(\.subject).filter(matcher.takes)
        guard !found.isEmpty else { return }
        endpoints.append((decided.endpoint.id, decided.endpoint.name))
        for subject in found {
            add(subject)
            findings += subject.vulnerabilities?.count ?? 0
            if subject.update.wayBack == .noWay { noWayBack.insert(subject.update.name) }
            asksForTwo = asksForTwo || Self.asksForTwo(subject, decided.policy?.effective, at: now)
        }
    }

    private mutating func add(_ subject: UpdateSubject) {
        let update = subject.update
        let key = Key(manager: update.manager, package: update.name, version: update.candidate)
        let closed = subject.vulnerabilities ?? []
        var line =
            byKey[key]
            ?? BundleLine(
                manager: update.manager, package: update.name, version: update.candidate,
                source: subject.source, origin: update.origin, classes: update.classes,
                severity: subject.severity)
        line.classes = Set(line.classes + update.classes).sorted()
        line.severity = min(line.severity, subject.severity)
        line.vulnerabilities = Array(Set(line.vulnerabilities + closed))
        line.knownExploited = line.knownExploited || subject.kev == true
        byKey[key] = line
    }

    private static func asksForTwo(
        _ subject: UpdateSubject, _ policy: EffectivePolicy?, at now: Timestamp
    ) -> Bool {
        guard let policy else { return false }
        let rule = policy.layers.lazy.filter(\.isCertain).flatMap(\.policy.rules).first {
            $0.when.evaluate(subject, at: now) == .yes
        }
        guard let treatment = rule?.treatment ?? policy.otherwise?.value else { return false }
        return treatment.approval.asksPerson && treatment.approvers > 1
    }
}

extension Sequence<BundleLine> {
    /// The figures of lines.
    var content: PatchBundle.Content {
        let closed = Set(flatMap(\.vulnerabilities))
        return PatchBundle.Content(
            lines: reduce(0) { count, _ in count + 1 },
            packages: Set(map { BundlePackage($0) }).count, vulnerabilities: closed.count,
            knownExploited: reduce(0) { $0 + ($1.knownExploited ? 1 : 0) })
    }
}

/// A package of a bundle, whatever its version.
struct BundlePackage: Hashable {
    let manager: PackageManagerName
    let name: String

    init(_ line: BundleLine) { (manager, name) = (line.manager, line.package) }

    init(manager: PackageManagerName, name: String) { (self.manager, self.name) = (manager, name) }
}

extension UseCases {
    /// What a query means in a tenant now.
    ///
    /// - Throws: `Refusal` `E_BUNDLE_EMPTY` when nothing fits, `E_BUNDLE_LARGE` when too much does.
    func bundleContent(
        of query: BundleQuery, _ tenant: TenantID, in records: any Records, at now: Timestamp
    ) throws -> BundleContent {
        let matcher = BundleMatcher(query)
        var desk = try EndpointDecisions(
            of: tenant, in: records, at: now, isForMany: true, by: self)
        var content = BundleContent()
        var looked = 0
        try eachEndpoint(of: tenant, in: records) { endpoint in
            looked += 1
            guard looked <= BundleContent.mostEndpoints else {
                throw Refusal(
                    .tooLarge, "E_BUNDLE_LARGE",
                    "A bundle is found among \(BundleContent.mostEndpoints) endpoints at most.",
                    nextStep: "Split the tenant.")
            }
            content.add(try desk.decide(endpoint), matcher, at: now)
        }
        let lines = content.lines.count
        guard lines > 0 else {
            throw Refusal(
                .conflict, "E_BUNDLE_EMPTY",
                "No endpoint misses updates \(query.words).",
                nextStep: "Ask for more, or look at what is missing: patchbay update list.")
        }
        guard lines <= BundleContent.mostLines else {
            throw Refusal(
                .tooLarge, "E_BUNDLE_LARGE",
                "\(lines) versions fit, and a bundle has \(BundleContent.mostLines) at most.",
                nextStep: "Narrow the query, and make two of it.")
        }
        return content
    }
}
