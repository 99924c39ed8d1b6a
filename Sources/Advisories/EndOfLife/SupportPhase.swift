public import Fleet

/// One of the supports that a release has after another: full support, security fixes alone, and
/// what is longer than that.
public struct SupportPhase: Hashable, Sendable, Codable {
    /// `active` (faults are mended), `security` (only security fixes), `lts`, `elts`, `esm`,
    /// `legacy`, `server`, or `extended` where the source names none.
    public var name: String
    /// Its last day, at 00:00 UTC; `nil` where nobody says.
    public var until: Timestamp?
    /// Whether it is over.
    public var isOver: Bool
    /// Whether everybody has it; the others must be chosen or bought, and count where somebody has
    /// said so.
    public var isForAll: Bool

    /// One support.
    public init(name: String, until: Timestamp?, isOver: Bool, isForAll: Bool) {
        self.name = name
        self.until = until
        self.isOver = isOver
        self.isForAll = isForAll
    }

    init(_ name: String, _ end: SupportEnd, isForAll: Bool, at now: Timestamp) {
        self.init(
            name: name, until: end.date, isOver: end.isOver(at: now), isForAll: isForAll)
    }

    /// It in a few words: `lts until 2028-06-30`.
    public var words: String {
        let kind = isForAll ? name : "\(name) (when declared)"
        guard let until else { return isOver ? "\(kind) is over" : "\(kind) without a date" }
        return "\(kind) until \(until.description.prefix(10))"
    }
}

extension [SupportPhase] {
    /// All of them in a line.
    public var words: String { map(\.words).joined(separator: ", ") }
}

extension SupportEnd {
    /// The last day; `nil` where nobody says.
    var date: Timestamp? {
        if case .on(let day) = self { day } else { nil }
    }

    /// Whether it is past.
    func isOver(at now: Timestamp) -> Bool {
        switch self {
        case .ended: true
        case .open: false
        case .on(let day): EndOfLife.isOver(day, at: now)
        }
    }

    /// Whichever of two comes later.
    static func later(_ one: SupportEnd, _ other: SupportEnd) -> SupportEnd {
        switch (one, other) {
        case (.open, _), (_, .open): .open
        case (.ended, let end), (let end, .ended): end
        case (.on(let a), .on(let b)): .on(max(a, b))
        }
    }
}
