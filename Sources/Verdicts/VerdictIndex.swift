public import Fleet

/// The verdicts of one source, as they are asked about.
public struct VerdictSource: Hashable, Sendable {
    /// Whose they are.
    public var source: KnownVerdict.Source
    /// What is said.
    public var verdicts: [UpdateVerdict]
    /// When the source must have said something new; `nil` where it holds until it is taken back.
    /// After that its ok counts no more, while its caution and block do: an old word lets nothing
    /// pass, and forgets no warning.
    public var expiresAt: Timestamp?

    /// A source.
    public init(
        _ source: KnownVerdict.Source, _ verdicts: [UpdateVerdict], expiresAt: Timestamp? = nil
    ) {
        self.source = source
        self.verdicts = verdicts
        self.expiresAt = expiresAt
    }
}

/// Finds the verdict that counts for an update.
///
/// One's own words come before any feed's, and of several of them the gravest counts. Of one feed
/// the newest counts, and of several feeds the gravest: where one says ok and another block, it is
/// blocked.
public struct VerdictIndex: Sendable {
    private struct Entry: Sendable {
        let place: Int
        let item: UpdateVerdict
        let known: KnownVerdict
    }

    private let sources: [(source: KnownVerdict.Source, expiresAt: Timestamp?)]
    private var byPackage: [String: [Entry]] = [:]
    private var byVulnerability: [String: [Entry]] = [:]

    /// Nothing is said.
    public static let empty = VerdictIndex([])

    /// Whether anything is said at all.
    public var isEmpty: Bool { sources.isEmpty }

    /// Puts the verdicts of all sources together.
    public init(_ sources: [VerdictSource]) {
        self.sources = sources.map { ($0.source, $0.expiresAt) }
        for (place, source) in sources.enumerated() {
            for item in source.verdicts {
                let entry = Entry(
                    place: place, item: item,
                    known: KnownVerdict(
                        item.verdict, by: source.source, evidence: item.evidence, link: item.link,
                        at: item.at, on: item.package ?? item.vulnerability))
                if let package = item.package {
                    byPackage[package, default: []].append(entry)
                } else if let vulnerability = item.vulnerability {
                    byVulnerability[vulnerability.uppercased(), default: []].append(entry)
                }
            }
        }
    }

    /// The verdict that counts for an update; `nil` when there is none. The order of the sources
    /// and of what they say plays no part.
    public func verdict(on question: VerdictQuestion, at now: Timestamp) -> KnownVerdict? {
        var newest: [Int: Entry] = [:]
        func take(_ entries: [Entry]?) {
            for entry in entries ?? [] where entry.item.concerns(question) {
                guard let other = newest[entry.place] else {
                    newest[entry.place] = entry
                    continue
                }
                if Self.precedes(entry, other) { newest[entry.place] = entry }
            }
        }
        take(byPackage[question.package])
        if let source = question.source, source != question.package { take(byPackage[source]) }
        if !byVulnerability.isEmpty {
            for name in question.vulnerabilities ?? [] { take(byVulnerability[name.uppercased()]) }
        }
        let counting = newest.values.filter { entry in
            guard entry.known.word == .ok, let end = sources[entry.place].expiresAt else {
                return true
            }
            return now < end
        }
        let own = counting.filter {
            if case .person = $0.known.source { true } else { false }
        }
        // Also of own words the gravest counts: what the provider blocks, no tenant lets pass.
        let grave = own.isEmpty ? counting : own
        return grave.max { Self.isMilder($0, $1) }?.known ?? silence(at: now)
    }

    /// What counts where nobody has said anything, and a feed has expired that may have: that is not
    /// the same as nobody having anything to say.
    private func silence(at now: Timestamp) -> KnownVerdict? {
        let ended = sources.filter { $0.expiresAt.map { $0 <= now } ?? false }
        guard let first = ended.min(by: { ($0.expiresAt ?? now) < ($1.expiresAt ?? now) }),
            case .feed(let name) = first.source, let end = first.expiresAt
        else { return nil }
        return KnownVerdict(
            .caution, by: .expired(name),
            evidence: "since \(end) it is not known what it says", at: end)
    }

    /// Of one source: the newer one; at one instant the graver one.
    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        if left.known.at != right.known.at { return left.known.at > right.known.at }
        if left.known.word != right.known.word { return left.known.word > right.known.word }
        return left.known.evidence < right.known.evidence
    }

    /// Of several feeds: the graver one, then the newer one, then by name.
    private static func isMilder(_ left: Entry, _ right: Entry) -> Bool {
        if left.known.word != right.known.word { return left.known.word < right.known.word }
        if left.known.at != right.known.at { return left.known.at < right.known.at }
        return left.known.words > right.known.words
    }
}
