public import Fleet

/// What somebody who has tried an update says of it.
public enum VerdictWord: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    /// It was tried, and works.
    case ok
    /// It works, and somebody should look before it is installed.
    case caution
    /// It does harm: it is not to be installed.
    case block

    /// The graver one is the greater.
    public static func < (left: VerdictWord, right: VerdictWord) -> Bool {
        left.gravity < right.gravity
    }

    private var gravity: Int {
        switch self {
        case .ok: 0
        case .caution: 1
        case .block: 2
        }
    }
}

/// One verdict: which update is meant, what is said of it, why, and since when.
///
/// Of what is not given, every update fits; whatever is given must fit.
public struct UpdateVerdict: Hashable, Sendable, Codable {
    /// What is said.
    public var verdict: VerdictWord
    /// The package's name, or its source package's.
    public var package: String?
    /// The version that is missing.
    public var version: String?
    /// Where it comes from, as endpoints name it.
    public var origin: String?
    /// The operating system: its `ID`, such as `debian`, or with its release, such as `debian 12`.
    public var os: String?
    /// A vulnerability that it closes, by CVE number.
    public var vulnerability: String?
    /// What was seen, for people.
    public var evidence: String
    /// Where more is told: an `https://` address.
    public var link: String?
    /// Since when it is said.
    public var at: Timestamp

    /// The longest name, version or origin, in bytes.
    public static let maximumNameBytes = 255
    /// The longest evidence, in bytes: some paragraphs. More stands behind the link.
    public static let maximumEvidenceBytes = 2_000
    /// The longest link, in bytes.
    public static let maximumLinkBytes = 2_000

    /// A verdict.
    public init(
        _ verdict: VerdictWord, package: String? = nil, version: String? = nil,
        origin: String? = nil, os: String? = nil, vulnerability: String? = nil, evidence: String,
        link: String? = nil, at: Timestamp
    ) {
        self.verdict = verdict
        self.package = package
        self.version = version
        self.origin = origin
        self.os = os
        self.vulnerability = vulnerability
        self.evidence = evidence
        self.link = link
        self.at = at
    }

    /// What does not make sense in it, as a clause; `nil` when it can be used.
    public var fault: String? {
        let names = [package, version, origin, os, vulnerability].compactMap(\.self)
        guard names.allSatisfy(Self.isName) else {
            return "a name in it is empty, longer than \(Self.maximumNameBytes) bytes, or holds "
                + "what no name has"
        }
        guard package != nil || vulnerability != nil else {
            return "it names neither a package nor a vulnerability"
        }
        // What was tried is one version. An ok for whatever comes would be an ok for what nobody
        // has seen.
        guard verdict != .ok || (package != nil && version != nil) else {
            return "an ok names a package and the version that was tried"
        }
        guard (1...Self.maximumEvidenceBytes).contains(evidence.utf8.count),
            evidence.contains(where: { !$0.isWhitespace }),
            evidence.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            return "its evidence is empty, longer than \(Self.maximumEvidenceBytes) bytes, or more "
                + "than one line"
        }
        guard let link else { return nil }
        guard link.hasPrefix("https://"), link.utf8.count <= Self.maximumLinkBytes,
            link.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return "its link is no https:// address" }
        return nil
    }

    private static func isName(_ text: String) -> Bool {
        (1...maximumNameBytes).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            && text.first?.isWhitespace == false && text.last?.isWhitespace == false
    }
}

/// The update of one endpoint that is asked about.
public struct VerdictQuestion: Hashable, Sendable {
    /// The package's name.
    public var package: String
    /// Its source package's, where it is known.
    public var source: String?
    /// The version that is missing.
    public var version: String
    /// Where it comes from.
    public var origin: String
    /// The endpoint's operating system, its `ID`; `nil` where it is not known.
    public var os: String?
    /// Its release, `VERSION_ID`.
    public var release: String?
    /// What it is known to close; `nil` when nobody has looked.
    public var vulnerabilities: [String]?

    /// A question.
    public init(
        package: String, source: String? = nil, version: String, origin: String = "",
        os: String? = nil, release: String? = nil, vulnerabilities: [String]? = nil
    ) {
        self.package = package
        self.source = source
        self.version = version
        self.origin = origin
        self.os = os
        self.release = release
        self.vulnerabilities = vulnerabilities
    }
}

extension UpdateVerdict {
    /// Whether the update is meant. What is not known of it does not fit an ok, and fits a caution or
    /// a block: a missing fact must not lead past a warning. Only a vulnerability alone, without a
    /// package, must be known: it would fit every update of which nobody knows what it closes.
    public func concerns(_ question: VerdictQuestion) -> Bool {
        let unknown = verdict != .ok
        if let package, package != question.package, package != question.source { return false }
        if let version, version != question.version { return false }
        if let origin, origin != question.origin, !(unknown && question.origin.isEmpty) {
            return false
        }
        if let os, !isFor(os, question, unknown) { return false }
        guard let vulnerability else { return true }
        guard let closes = question.vulnerabilities else { return unknown && package != nil }
        let wanted = vulnerability.uppercased()
        return closes.contains { $0.uppercased() == wanted }
    }

    private func isFor(_ os: String, _ question: VerdictQuestion, _ unknown: Bool) -> Bool {
        guard let id = question.os, !id.isEmpty else { return unknown }
        if os == id { return true }
        guard let release = question.release, !release.isEmpty else {
            return unknown && os.hasPrefix("\(id) ")
        }
        return os == "\(id) \(release)"
    }
}
