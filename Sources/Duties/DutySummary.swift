import ControlPlane
public import Fleet
import ServerRecords
import Trust

/// Who is to be on duty, as somebody declares it.
public struct DutyWish: Hashable, Sendable, Codable {
    /// The tenant.
    public var tenant: TenantID?
    /// Who; whoever declares it unless given.
    public var person: String?
    /// From when; now unless given.
    public var from: Timestamp?
    /// Until when.
    public var until: Timestamp
    /// The windows that it is for, by their names; each that needs somebody unless given.
    public var windows: [String]?

    /// A wish.
    public init(
        tenant: TenantID? = nil, person: String? = nil, from: Timestamp? = nil, until: Timestamp,
        windows: [String]? = nil
    ) {
        self.tenant = tenant
        self.person = person
        self.from = from
        self.until = until
        self.windows = windows
    }
}

/// A duty as people see it.
public struct DutySummary: Hashable, Sendable, Codable {
    /// How it stands.
    public enum State: String, Codable, Sendable, CaseIterable {
        /// It waits for operators' signatures; endpoints do not know it.
        case waiting
        /// It has not begun.
        case declared
        /// Somebody is on duty.
        case onDuty
        /// It is over, or was ended.
        case over
    }

    /// Its name, by which it is ended.
    public var name: String
    /// The tenant.
    public var tenant: TenantID
    /// Who.
    public var person: String
    /// From when.
    public var from: Timestamp
    /// Until when.
    public var until: Timestamp
    /// The windows that it is for; `nil` for each that needs somebody.
    public var windows: [String]?
    /// How it stands.
    public var state: State
    /// The version of its document, counted from 1.
    public var version: Int
    /// The SHA-256 of what was signed, or is to be, in hexadecimal.
    public var digest: String

    /// A duty that is shown.
    public init(
        name: String, tenant: TenantID, person: String, from: Timestamp, until: Timestamp,
        windows: [String]? = nil, state: State, version: Int = 1, digest: String = ""
    ) {
        self.name = name
        self.tenant = tenant
        self.person = person
        self.from = from
        self.until = until
        self.windows = windows
        self.state = state
        self.version = version
        self.digest = digest
    }

    init(
        _ stored: StoredDocument, _ document: SignedDocument<Duty>, isSigned: Bool,
        at now: Timestamp
    ) throws {
        guard let tenant = stored.scope.tenant else { throw Refusal.notFound("tenant") }
        let body = document.body
        name = stored.name
        self.tenant = tenant
        person = body.person
        from = body.from
        until = body.until
        windows = body.windows
        version = stored.version
        digest = stored.digest
        if stored.expiresAt <= now {
            state = .over
        } else if !isSigned {
            // An end that waits as well: until then the version before it holds.
            state = .waiting
        } else if body.until <= now || body.until <= body.from {
            state = .over
        } else {
            state = body.from <= now ? .onDuty : .declared
        }
    }
}

/// The duties of a tenant, with the windows that they are for.
public struct DutyRoster: Hashable, Sendable, Codable {
    /// The duties, the first first.
    public var items: [DutySummary]
    /// The windows that need somebody on duty, by name, of the policies that hold.
    public var windows: [String]

    /// A roster.
    public init(items: [DutySummary], windows: [String]) {
        self.items = items
        self.windows = windows
    }
}
