public import Fleet
public import Verdicts
public import Versions

/// A missing update as policies look at it: what the endpoint's package manager says, and what is
/// known of the vulnerabilities that it closes. What is `nil` is not known, and is never taken for
/// “no”.
public struct UpdateSubject: Hashable, Sendable {
    /// The missing update.
    public var update: Update
    /// The source package that it is built from, where the ecosystem has them.
    public var source: String?
    /// What unites this fix with the later versions that hold it too, such as an advisory's number.
    public var family: String?
    /// How bad its publisher says it is.
    public var severity: Severity
    /// The vulnerabilities that it closes, by CVE number; `nil` when nobody has looked.
    public var vulnerabilities: [String]?
    /// Whether one of them is in CISA's catalogue of known exploited vulnerabilities.
    public var kev: Bool?
    /// The highest EPSS probability among them, from 0 to 1.
    public var epss: Double?
    /// The most urgent SSVC decision among them.
    public var ssvc: SSVCDecision?
    /// The highest CVSS base score among them, from 0 to 10.
    public var cvss: Double?
    /// When its publisher released the *fix*: the first version of the family.
    public var releasedAt: Timestamp?
    /// When the fix was first seen in any source of the fleet: the first version of the family.
    public var firstSeenAt: Timestamp?
    /// The verdict that counts for it; `nil` when none is known.
    public var verdict: KnownVerdict?

    /// An update of which nothing more is known.
    public init(
        update: Update, source: String? = nil, family: String? = nil, severity: Severity = .unrated,
        vulnerabilities: [String]? = nil, kev: Bool? = nil, epss: Double? = nil,
        ssvc: SSVCDecision? = nil, cvss: Double? = nil, releasedAt: Timestamp? = nil,
        firstSeenAt: Timestamp? = nil
    ) {
        self.update = update
        self.source = source
        self.family = family
        self.severity = severity
        self.vulnerabilities = vulnerabilities
        self.kev = kev
        self.epss = epss
        self.ssvc = ssvc
        self.cvss = cvss
        self.releasedAt = releasedAt
        self.firstSeenAt = firstSeenAt
    }

    /// Since when the fix is in the open: the earlier of its release and its first sighting, as far
    /// as they are known.
    public var outSince: Timestamp? {
        switch (releasedAt, firstSeenAt) {
        case (let released?, let seen?): min(released, seen)
        case (let released?, nil): released
        case (nil, let seen): seen
        }
    }
}

/// The fields of rules.
public enum UpdateField: String, ExpressionField {
    /// Whether it closes a vulnerability that is known to be exploited.
    case kev
    /// The highest probability of exploitation.
    case epss
    /// The most urgent SSVC decision.
    case ssvc
    /// The highest CVSS base score.
    case cvss
    /// The vulnerabilities that it closes.
    case cve
    /// What it is for.
    case `class`
    /// How bad its publisher says it is.
    case severity
    /// The package's name.
    case package
    /// The source package's name.
    case source
    /// Where it comes from.
    case origin
    /// The package manager that would install it.
    case manager
    /// The package's architecture.
    case architecture
    /// The version that is missing.
    case version
    /// How long the fix has been in the open.
    case age
    /// The size of the download.
    case bytes
    /// Whether the package manager would install it now.
    case installability
    /// What unites the fix with later versions of it.
    case family
    /// How it could be undone.
    case wayBack = "wayback"

    /// Other names for fields.
    public static let synonyms: [String: UpdateField] = [
        "classes": .class, "name": .package, "arch": .architecture, "size": .bytes,
        "vulnerability": .cve, "advisory": .family,
    ]

    private static let severities: [Severity] = [.low, .moderate, .important, .critical, .unrated]
    private static let severityWords = WordList(
        severities.map(\.rawValue), isOrdered: true, unranked: severities.count - 1)
    private static let ssvcWords = WordList(
        SSVCDecision.allCases.map(\.rawValue), isOrdered: true)
    private static let classWords = WordList(UpdateClass.allCases.map(\.rawValue))
    private static let installabilityWords = WordList(Installability.allCases.map(\.rawValue))
    private static let wayBackWords = WordList(WayBack.allCases.map(\.rawValue))

    /// The kind of its values.
    public var kind: FieldKind {
        switch self {
        case .kev: .truth
        case .epss: .number(0...1)
        case .cvss: .number(0...10)
        case .ssvc: .words(Self.ssvcWords)
        case .severity: .words(Self.severityWords)
        case .class: .wordSet(Self.classWords)
        case .installability: .words(Self.installabilityWords)
        case .wayBack: .words(Self.wayBackWords)
        case .cve: .texts
        case .package, .source, .origin, .manager, .architecture, .family: .text
        case .version: .release
        case .age: .duration
        case .bytes: .bytes
        }
    }

    /// The place of a word in the field's list; severities are read as vendors write them.
    public func place(ofWord word: String) -> Int? {
        if let place = place(inList: word) { return place }
        switch self {
        case .severity:
            return Severity(vendorWord: word).flatMap { Self.severities.firstIndex(of: $0) }
        case .ssvc: return word.lowercased() == "track*" ? 1 : nil
        case .class: return word.lowercased() == "bug fix" ? 1 : nil
        default: return nil
        }
    }

    /// The field's number, seconds or bytes.
    public func number(of subject: UpdateSubject, at now: Timestamp) -> Double? {
        switch self {
        case .epss: subject.epss
        case .cvss: subject.cvss
        case .bytes: subject.update.bytes.map(Double.init)
        case .age: subject.outSince.map { Double(now.milliseconds - $0.milliseconds) / 1000 }
        default: nil
        }
    }

    /// A bit for each word that the field has.
    public func words(of subject: UpdateSubject) -> UInt32? {
        switch self {
        case .kev: subject.kev.map { $0 ? 0b10 : 0b01 }
        case .severity: subject.severity.bit
        case .ssvc: subject.ssvc?.bit
        case .installability: subject.update.installability.bit
        case .wayBack: subject.update.wayBack?.bit
        case .class: subject.update.classes.reduce(0) { $0 | $1.bit }
        default: nil
        }
    }

    /// How the missing version stands to another, by its package manager's order.
    public func order(of subject: UpdateSubject, to release: String) -> VersionOrder? {
        self == .version
            ? subject.update.manager.order(subject.update.candidate, toWritten: release) : nil
    }

    /// Whether `matches` holds for one of the field's texts.
    public func test(
        _ subject: UpdateSubject, _ matches: (String) -> Bool
    ) -> Ternary {
        switch self {
        case .package: Ternary(matches(subject.update.name))
        case .origin: Ternary(matches(subject.update.origin))
        case .manager: Ternary(matches(subject.update.manager.rawValue))
        case .architecture: Ternary(matches(subject.update.architecture))
        case .version: Ternary(matches(subject.update.candidate))
        case .source: subject.source.map { Ternary(matches($0)) } ?? .unknown
        case .family: subject.family.map { Ternary(matches($0)) } ?? .unknown
        case .cve:
            subject.vulnerabilities.map { Ternary($0.contains(where: matches)) } ?? .unknown
        default: .unknown
        }
    }
}

// The bits by a switch, not by a search in the lists: decisions are made by the million. A test
// holds the two together.

extension Severity {
    fileprivate var bit: UInt32 {
        switch self {
        case .low: 1
        case .moderate: 2
        case .important: 4
        case .critical: 8
        case .unrated: 16
        }
    }
}

extension SSVCDecision {
    fileprivate var bit: UInt32 {
        switch self {
        case .track: 1
        case .trackStar: 2
        case .attend: 4
        case .act: 8
        }
    }
}

extension UpdateClass {
    fileprivate var bit: UInt32 {
        switch self {
        case .security: 1
        case .bugfix: 2
        case .feature: 4
        }
    }
}

extension WayBack {
    fileprivate var bit: UInt32 {
        switch self {
        case .packageDowngrade: 1
        case .noWay: 2
        }
    }
}

extension Installability {
    fileprivate var bit: UInt32 {
        switch self {
        case .installable: 1
        case .held: 2
        case .phased: 4
        case .keptBack: 8
        case .needsSubscription: 16
        case .excluded: 32
        }
    }
}
