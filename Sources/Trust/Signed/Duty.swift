public import Calendar
public import Fleet

/// That a named person is on duty for a time: what opens a tenant's windows that need somebody.
///
/// It is signed as holds are, so that a server in the wrong hands cannot make one up: without it an
/// endpoint starts nothing in such a window. It ends by itself.
public struct Duty: RoleDocument {
    /// The kind of document.
    public static let type = "duty"
    /// Whose keys sign it.
    public static let role = TrustRole.approval
    /// It speaks of one tenant's windows.
    public static let isForOneTenant = true

    /// Who is on duty.
    public var person: String
    /// From when.
    public var from: Timestamp
    /// Until when; not after `from` where it was ended before it began.
    public var until: Timestamp
    /// The windows that it opens, by their names, in order; `nil` for each that needs somebody.
    public var windows: [String]?

    /// The longest duty, in seconds: a week, as rotas go. Who is said to be there for longer is not.
    public static let maximumSeconds: Int64 = 7 * 86_400
    /// How long ahead it may be declared, in seconds: a quarter.
    public static let maximumAheadSeconds: Int64 = 90 * 86_400
    /// The longest name of a person, in bytes.
    public static let maximumPersonBytes = 200
    /// The most duties of one tenant that are not over: several teams, each with a quarter's weeks.
    /// As many are taken by an endpoint at once, and handed in to a server.
    public static let maximumAtOnce = 100
    /// The most windows of one duty.
    public static let maximumWindows = 64

    /// A duty.
    public init(
        _ person: String, from: Timestamp, until: Timestamp, windows: [String]? = nil
    ) {
        self.person = person
        self.from = from
        self.until = until
        self.windows = windows.map { Set($0).sorted() }
    }

    /// What does not make sense in it, as a clause.
    public var fault: String? {
        guard (1...Self.maximumPersonBytes).contains(person.utf8.count),
            person.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }),
            person.contains(where: { !$0.isWhitespace })
        else { return "it names nobody, or with more than \(Self.maximumPersonBytes) bytes" }
        guard from <= until else { return "it ends before it begins" }
        guard until.seconds(since: from) <= Self.maximumSeconds else {
            return "it is longer than \(Self.maximumSeconds / 86_400) days"
        }
        guard let windows else { return nil }
        guard (1...Self.maximumWindows).contains(windows.count),
            windows == Set(windows).sorted(),
            windows.allSatisfy({ (1...63).contains($0.utf8.count) })
        else { return "its windows are not 1 to \(Self.maximumWindows) names in order" }
        return nil
    }
}

extension SignedDocument<Duty> {
    /// When somebody is on duty by it; `nil` where it was ended before it began. A document opens
    /// nothing before it was issued nor after it has expired.
    public var onDuty: OnDuty? {
        let stretch = OpenStretch(
            opens: max(body.from, heading.issuedAt), closes: min(body.until, heading.expiresAt))
        guard stretch.opens < stretch.closes else { return nil }
        return OnDuty(body.person, stretch, windows: body.windows.map(Set.init))
    }
}
