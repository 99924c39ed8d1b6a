/// The version of a Debian package, `[epoch:]upstream[-revision]`, ordered as Debian Policy 5.6.12
/// and deb-version(7) say.
///
/// Accepted is what `dpkg --compare-versions` accepts: installed systems hold versions with flaws
/// (an upstream part that begins with a letter, an underscore in the revision), and an endpoint
/// with such a package must still be understood. `flaw` tells them apart; it is `nil` exactly when
/// `dpkg --validate-version` is content. Two deviations: the C library lets dpkg read an epoch with
/// a sign in front (`+1:2`); here an epoch is digits, as the Policy has it. And what is no
/// printable ASCII is refused: dpkg warns of it, and orders it differently from machine to machine.
///
/// Equality is the order's: `1.0`, `1.0-0`, `0:1.0` and `1.00` are one version, and have one hash
/// value.
public struct DebianVersion: Hashable, Sendable {
    /// The version as it was written, without blanks around it.
    public let text: String
    private let layout: DebianVersionLayout

    /// Reads a version; blanks (space, tab) around it are dropped, as dpkg drops them.
    ///
    /// - Throws: `VersionError` when dpkg would refuse to compare the text.
    public init(_ text: String) throws(VersionError) {
        let trimmed = Self.trimmed(text)
        do {
            layout = try DebianVersionLayout(of: trimmed.utf8.span)
        } catch {
            throw VersionError(error, in: text, of: .deb)
        }
        self.text = trimmed
    }

    /// The number before the first colon; 0 when there is none.
    public var epoch: Int32 { layout.epoch }

    /// The upstream part: after the epoch, before the last hyphen.
    public var upstream: String { part(layout.upstream) }

    /// What stands after the last hyphen; `nil` when there is no hyphen.
    public var revision: String? { layout.hasRevision ? part(layout.revision) : nil }

    /// Why `dpkg --validate-version` would find fault with the version; `nil` when it would not.
    public var flaw: VersionProblem? { layout.flaw(in: text.utf8.span) }

    /// How version `a` stands to version `b`. An optimised build allocates nothing here, so it may
    /// stand in the innermost loop.
    ///
    /// - Throws: `VersionError` for the first of the two that dpkg would refuse to compare.
    public static func order(_ a: String, _ b: String) throws(VersionError) -> VersionOrder {
        try Ecosystem.deb.compare(a, b)
    }

    /// The same for UTF-8: negative, zero or positive.
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        let left = try DebianVersionLayout(of: a)
        let right = try DebianVersionLayout(of: b)
        return left.difference(from: right, in: a, b)
    }

    /// How this version stands to another.
    public func order(to other: DebianVersion) -> VersionOrder {
        VersionOrder(difference: difference(from: other))
    }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last,
            isBlank(first) || isBlank(last)
        else { return text }
        let head = text.utf8.drop(while: isBlank)
        let tail = head.reversed().prefix(while: isBlank).count
        return String(decoding: head.dropLast(tail), as: UTF8.self)
    }

    private func part(_ range: Range<Int>) -> String {
        String(decoding: text.utf8.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
    }

    private func difference(from other: DebianVersion) -> Int {
        layout.difference(from: other.layout, in: text.utf8.span, other.text.utf8.span)
    }
}

extension DebianVersion: Comparable {
    /// Whether neither is newer; their texts may differ.
    public static func == (lhs: DebianVersion, rhs: DebianVersion) -> Bool {
        lhs.difference(from: rhs) == 0
    }

    /// Whether the first is older.
    public static func < (lhs: DebianVersion, rhs: DebianVersion) -> Bool {
        lhs.difference(from: rhs) < 0
    }

    /// Feeds what the order looks at, so that equal versions hash alike.
    public func hash(into hasher: inout Hasher) {
        layout.hash(text.utf8.span, into: &hasher)
    }
}

extension DebianVersion: CustomStringConvertible {
    /// The version as it was written.
    public var description: String { text }
}
