public import Fleet

/// How much depends on an endpoint, as its owner says; from least to most.
public enum Criticality: String, Codable, Sendable, CaseIterable, Hashable {
    /// Nobody would miss it today.
    case low
    /// An ordinary endpoint.
    case normal
    /// Work stops for some when it is down.
    case high
    /// The organisation stops when it is down.
    case critical
}

/// An endpoint as policies look at it: its facts, and what its owners say of it. What is `nil` is
/// not known, and is never taken for “no”.
public struct EndpointSubject: Hashable, Sendable {
    /// What tells it from every other endpoint, for ever: its identifier. Its share of a ring comes
    /// from it.
    public var key: String
    /// What its last scan showed.
    public var facts: EndpointFacts?
    /// What it is for, such as `server`; empty when it is known to have no role.
    public var role: String?
    /// Its tags.
    public var tags: Set<String>?
    /// Its tenant's name.
    public var tenant: String?
    /// Its site's name; empty when it belongs to none.
    public var site: String?
    /// The zone of its site's clocks, by its IANA name; `nil` where the site has none.
    public var siteZone: String?
    /// The groups that it belongs to.
    public var groups: Set<String>?
    /// How much depends on it.
    public var criticality: Criticality?
    /// Whether it can be reached from the internet.
    public var isExposed: Bool?
    /// The package managers that it has, by name.
    public var managers: Set<String>?

    /// An endpoint of which nothing more is known.
    public init(
        key: String, facts: EndpointFacts? = nil, role: String? = nil, tags: Set<String>? = nil,
        tenant: String? = nil, site: String? = nil, groups: Set<String>? = nil,
        criticality: Criticality? = nil, isExposed: Bool? = nil, managers: Set<String>? = nil
    ) {
        self.key = key
        self.facts = facts
        self.role = role
        self.tags = tags
        self.tenant = tenant
        self.site = site
        self.groups = groups
        self.criticality = criticality
        self.isExposed = isExposed
        self.managers = managers
    }
}

/// The fields of group expressions.
public enum EndpointField: String, ExpressionField {
    /// The endpoint itself, by its identifier.
    case endpoint
    /// What it is for.
    case role
    /// Its tags.
    case tag
    /// Its tenant's name.
    case tenant
    /// Its site's name.
    case site
    /// The groups that it belongs to.
    case group
    /// The name that it calls itself.
    case hostname
    /// The system's `ID`, such as `debian`.
    case os
    /// The system's `ID` and those that it resembles, such as `ubuntu` and `debian`.
    case osFamily = "os.family"
    /// The system's `VERSION_ID`.
    case osVersion = "os.version"
    /// The system's `VERSION_CODENAME`.
    case osCodename = "os.codename"
    /// The system's `PRETTY_NAME`.
    case osName = "os.name"
    /// The release of the running kernel.
    case kernel
    /// The architecture as the package manager names it.
    case architecture
    /// Whether it is a virtual machine or a container.
    case virtual
    /// What it runs in, such as `kvm` or `lxc`; `none` on bare metal.
    case virtualization
    /// Whether it is a container.
    case container
    /// How much depends on it.
    case criticality
    /// Whether it can be reached from the internet.
    case exposed
    /// Its package managers.
    case manager
    /// Its memory in bytes.
    case memory
    /// How many processors it has.
    case processors
    /// The IANA name of its time zone.
    case timezone

    /// Other names for fields.
    public static let synonyms: [String: EndpointField] = [
        "internet-facing": .exposed, "os.id": .os, "os.like": .osFamily, "arch": .architecture,
        "tags": .tag, "groups": .group, "zone": .timezone, "virtualisation": .virtualization,
    ]

    private static let criticalities = WordList(
        Criticality.allCases.map(\.rawValue), isOrdered: true)
    private static let processorRange = 0.0...1_000_000

    /// The kind of its values.
    public var kind: FieldKind {
        switch self {
        case .endpoint, .role, .tenant, .site, .hostname, .os, .osCodename, .osName, .architecture,
            .virtualization, .timezone:
            .text
        case .tag, .group, .osFamily, .manager: .texts
        case .osVersion, .kernel: .version
        case .virtual, .container, .exposed: .truth
        case .criticality: .words(Self.criticalities)
        case .memory: .bytes
        case .processors: .number(Self.processorRange)
        }
    }

    /// The place of a word in the field's list.
    public func place(ofWord word: String) -> Int? { place(inList: word) }

    /// The field's number or bytes; zero stands for not known in an endpoint's facts.
    public func number(of subject: EndpointSubject, at now: Timestamp) -> Double? {
        guard let hardware = subject.facts?.hardware else { return nil }
        switch self {
        case .memory: return hardware.memoryBytes > 0 ? Double(hardware.memoryBytes) : nil
        case .processors:
            return hardware.processorCount > 0 ? Double(hardware.processorCount) : nil
        default: return nil
        }
    }

    /// A bit for the word that the field has.
    public func words(of subject: EndpointSubject) -> UInt32? {
        switch self {
        case .criticality:
            subject.criticality.flatMap { place(inList: $0.rawValue) }.map { 1 << UInt32($0) }
        case .exposed: subject.isExposed.map(Self.bit)
        case .container: (subject.facts?.virtualization.isContainer).map(Self.bit)
        case .virtual:
            subject.facts.map {
                Self.bit($0.virtualization.isContainer || $0.virtualization.kind != "none")
            }
        default: nil
        }
    }

    private static func bit(_ truth: Bool) -> UInt32 { truth ? 0b10 : 0b01 }

    /// Whether `matches` holds for one of the field's texts.
    public func test(
        _ subject: EndpointSubject, _ matches: (String) -> Bool
    ) -> Ternary {
        switch self {
        case .tag: Self.any(subject.tags, matches)
        case .group: Self.any(subject.groups, matches)
        case .manager: Self.any(subject.managers, matches)
        case .osFamily: Self.any((subject.facts?.os).map { [$0.id] + $0.idLike }, matches)
        default: Self.one(text(of: subject), matches)
        }
    }

    private func text(of subject: EndpointSubject) -> String? {
        switch self {
        case .endpoint: return subject.key
        case .role: return subject.role
        case .tenant: return subject.tenant
        case .site: return subject.site
        default: break
        }
        guard let facts = subject.facts else { return nil }
        switch self {
        case .hostname: return facts.hostname
        case .os: return facts.os.id
        // Testing and unstable releases have no number: that is not known, not small.
        case .osVersion: return facts.os.versionId.isEmpty ? nil : facts.os.versionId
        case .osCodename: return facts.os.codename
        case .osName: return facts.os.name
        case .kernel: return facts.kernel
        case .architecture: return facts.architecture
        case .virtualization: return facts.virtualization.kind
        case .timezone: return facts.timeZone
        default: return nil
        }
    }

    private static func one(_ text: String?, _ matches: (String) -> Bool) -> Ternary {
        text.map { Ternary(matches($0)) } ?? .unknown
    }

    private static func any(
        _ texts: (some Sequence<String>)?, _ matches: (String) -> Bool
    ) -> Ternary {
        texts.map { Ternary($0.contains(where: matches)) } ?? .unknown
    }
}
