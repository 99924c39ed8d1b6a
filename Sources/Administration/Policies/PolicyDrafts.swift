import ControlPlane
public import Fleet
public import Policy
public import ServerRecords

/// A policy as somebody wants to save it.
public struct PolicyDraft: Hashable, Sendable, Codable {
    /// The policy that it changes; `nil` for a new one.
    public var policy: PolicyID?
    /// The tenant of a new one; `nil` for the provider's.
    public var tenant: TenantID?
    /// The level of a new one; the tenant's, or else the provider's, unless given.
    public var level: PolicyLevel?
    /// The site's identifier, the group's name or the endpoint's identifier of a new one.
    public var place: String?
    /// The text.
    public var yaml: String
    /// Why, in the saver's words.
    public var note: String?
    /// Whether it is switched on; as before unless given, and on for a new one.
    public var isEnabled: Bool?
    /// The version that the change was made from; refused when another has come since.
    public var version: Int?
    /// Whether it may act at once.
    public var confirm: Bool?
    /// Whether it may apply where another policy of its level does, of which neither inherits the
    /// other: the first by name holds then.
    public var mayOverlap: Bool?

    /// A draft.
    public init(
        policy: PolicyID? = nil, tenant: TenantID? = nil, level: PolicyLevel? = nil,
        place: String? = nil, yaml: String, note: String? = nil, isEnabled: Bool? = nil,
        version: Int? = nil, confirm: Bool? = nil, mayOverlap: Bool? = nil
    ) {
        self.mayOverlap = mayOverlap
        self.policy = policy
        self.tenant = tenant
        self.level = level
        self.place = place
        self.yaml = yaml
        self.note = note
        self.isEnabled = isEnabled
        self.version = version
        self.confirm = confirm
    }
}

/// What somebody wants to become of a policy besides its text.
public struct PolicyOrder: Hashable, Sendable, Codable {
    /// Why, in the asker's words.
    public var note: String?
    /// Whether it may act at once.
    public var confirm: Bool?
    /// Whether it may apply where another policy of its level does.
    public var mayOverlap: Bool?

    /// An order.
    public init(note: String? = nil, confirm: Bool? = nil, mayOverlap: Bool? = nil) {
        self.mayOverlap = mayOverlap
        self.note = note
        self.confirm = confirm
    }
}

/// What saving a policy would do, before it is saved.
public struct PolicyPreview: Hashable, Sendable, Codable {
    /// An endpoint by name.
    public struct Member: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name.
        public var name: String
    }

    /// Something that would happen at once.
    public struct Act: Hashable, Sendable, Codable {
        /// The endpoint.
        public var endpoint: EndpointID
        /// Its name.
        public var name: String
        /// The packages that may be installed now.
        public var packages: [String]
        /// Whether it may reboot afterwards.
        public var mayReboot: Bool
        /// The ring that it is in; `nil` for all endpoints at once.
        public var ring: String?
        /// Whether an earlier ring comes first.
        public var waitsForRing: Bool
    }

    /// Errors and warnings of the text.
    public var remarks: [PolicyRemark]
    /// The policy's name; `nil` when the text cannot be used, and then nothing else is known.
    public var name: String?
    /// Endpoints that it begins to apply to.
    public var joins: [Member] = []
    /// Endpoints that it no longer applies to.
    public var leaves: [Member] = []
    /// How many it applies to before and after.
    public var stays = 0
    /// Endpoints of which a missing fact keeps that from being known.
    public var unknown: [Member] = []
    /// Endpoints that may install now, and could not before.
    public var acts: [Act] = []
    /// How many missing updates get another action.
    public var changedDecisions = 0
    /// How many endpoints were looked at.
    public var endpoints = 0
    /// What stays open where the policy holds or declines updates, or accepts their risks; `nil`
    /// where nothing is saved, or the findings are not known yet.
    public var leavesOpen: OpenRisks?
    /// What becomes of rings that a change of groups or endpoints leaves empty; `nil` when it leaves
    /// none so.
    public var emptiedRings: [String]?
    /// Policies of one level that would begin to apply to the same endpoints.
    public var clashes: [PolicyClash] = []

    /// A preview of a text.
    init(remarks: [PolicyRemark], name: String?) {
        self.remarks = remarks
        self.name = name
    }

    /// How many endpoints would install at once.
    public var installsNow: Int { acts.count { !$0.waitsForRing } }
    /// How many of them may reboot.
    public var rebootsNow: Int { acts.count { !$0.waitsForRing && $0.mayReboot } }

    /// Whether it is done only when somebody confirms it.
    public var wantsConfirmation: Bool { installsNow > 0 || emptiedRings != nil }

    /// The figures as one sentence, and one for each ring that is left empty.
    public var sentence: String {
        ([figures] + (emptiedRings ?? []) + clashes.map(\.sentence))
            .joined(separator: " ")
    }

    private var figures: String {
        guard installsNow > 0 else { return "Nothing is installed at once." }
        let later = acts.count - installsNow
        return "\(installsNow) \(installsNow == 1 ? "endpoint" : "endpoints") may install at once, "
            + "\(rebootsNow) of them may reboot"
            + (later > 0 ? "; \(later) more follow in later rings." : ".")
    }
}

/// A policy as lists show it.
public struct PolicySummary: Hashable, Sendable, Codable {
    /// Its identifier.
    public var id: PolicyID
    /// Its tenant; `nil` for the provider's.
    public var tenant: TenantID?
    /// The tenant's name.
    public var tenantName: String?
    /// Its level.
    public var level: PolicyLevel
    /// The site's identifier, the group's name or the endpoint's identifier.
    public var place: String?
    /// The name of that.
    public var placeName: String?
    /// Its name.
    public var name: String
    /// What people call it.
    public var title: String
    /// Counts every change.
    public var version: Int
    /// What made this version.
    public var change: PolicyRecord.Change
    /// Whether it decides anything.
    public var isEnabled: Bool
    /// The policy that it inherits.
    public var inherits: String?
    /// When this version was made.
    public var savedAt: Timestamp
    /// Who made it.
    public var savedBy: String
    /// Why.
    public var note: String
    /// Whether it is the provider's, shown to people of a tenant that it holds for: to read only.
    public var isInherited = false
    /// What is well written and probably does not do what was meant: told when it is saved, `nil`
    /// in lists.
    public var warnings: [PolicyRemark]?

    init(_ record: PolicyRecord, _ names: DirectoryNames, endpointName: String? = nil) {
        id = record.id
        tenant = record.place.tenant
        tenantName = record.place.tenant.flatMap { names.tenants[$0] }
        level = record.place.level
        place = record.place.part.isEmpty ? nil : record.place.part
        placeName =
            switch record.place.level {
            case .provider, .tenant: nil
            case .site: SiteID(record.place.part).flatMap { names.sites[$0] }
            case .group: record.place.part
            case .endpoint: endpointName ?? record.place.part
            }
        name = record.name.text
        title = record.policy.displayName
        version = record.version
        change = record.change
        isEnabled = record.isEnabled
        inherits = record.policy.inherits?.text
        savedAt = record.savedAt
        savedBy = record.savedBy
        note = record.note
    }
}

/// A policy with all that its page shows.
public struct PolicyDetail: Hashable, Sendable, Codable {
    /// What lists show of it.
    public var summary: PolicySummary
    /// Its text.
    public var yaml: String
    /// The written policy, for people who do not read YAML: the same document in sentences.
    public var written: [WrittenSection]
    /// Warnings about the text, as things are now.
    public var remarks: [PolicyRemark]
    /// The endpoints that it applies to, by name; at most `PolicyDetail.endpointsShown` of them.
    public var endpoints: [PolicyPreview.Member]
    /// How many it applies to.
    public var endpointCount: Int
    /// Endpoints of which a missing fact keeps that from being known.
    public var unknown: [PolicyPreview.Member]

    /// How many endpoints a policy's page lists.
    public static let endpointsShown = 200
}

/// One version of a policy.
public struct PolicyVersion: Hashable, Sendable, Codable {
    /// What lists show of it.
    public var summary: PolicySummary
    /// Its text.
    public var yaml: String
}

/// A part of a written policy: the same document in sentences (F20).
public struct WrittenSection: Hashable, Sendable, Codable {
    /// The heading.
    public var heading: String
    /// Sentences under it.
    public var paragraphs: [String]
    /// A list after them.
    public var items: [String]
    /// Whether the order of the items matters.
    public var isOrdered: Bool

    /// A part.
    public init(
        heading: String, paragraphs: [String] = [], items: [String] = [], isOrdered: Bool = false
    ) {
        self.heading = heading
        self.paragraphs = paragraphs
        self.items = items
        self.isOrdered = isOrdered
    }
}
