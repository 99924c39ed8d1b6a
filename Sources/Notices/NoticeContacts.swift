import Administration
public import ControlPlane
public import Fleet
public import ServerRecords

/// Somebody to be told before work begins.
public struct NoticeContactDraft: Hashable, Sendable, Codable {
    /// The tenant; may be left out where there is one only.
    public var tenant: TenantID?
    /// Who it is, unique in the tenant: a department, a customer, a room.
    public var name: String
    /// Where notices are posted.
    public var address: String
    /// How many hours before an opening they are told.
    public var hoursBefore: Int

    /// A contact to be added.
    public init(tenant: TenantID? = nil, name: String, address: String, hoursBefore: Int) {
        self.tenant = tenant
        self.name = name
        self.address = address
        self.hoursBefore = hoursBefore
    }
}

/// A contact as it is shown: without its address, which may hold a secret.
public struct NoticeContactSummary: Hashable, Sendable, Codable {
    /// Its identifier.
    public var id: NoticeContactID
    /// The tenant.
    public var tenant: TenantID
    /// Who it is.
    public var name: String
    /// The host that notices are posted to.
    public var host: String
    /// How many hours before an opening they are told.
    public var hoursBefore: Int
    /// When it was added.
    public var createdAt: Timestamp
    /// Who added it.
    public var createdBy: String

    init(_ contact: NoticeContact) {
        id = contact.id
        tenant = contact.tenant
        name = contact.name
        host = NoticeAddress.host(of: contact.address)
        hoursBefore = Int(contact.secondsBefore / 3600)
        createdAt = contact.createdAt
        createdBy = contact.createdBy
    }
}

/// A notice as it is shown.
public struct NoticeSummary: Hashable, Sendable, Codable {
    /// Its identifier.
    public var id: NoticeID
    /// The tenant.
    public var tenant: TenantID
    /// Whom it is for.
    public var contact: String
    /// When the window opens that it is about.
    public var opensAt: Timestamp
    /// What it says.
    public var text: String
    /// Where it stands.
    public var state: NoticeRecord.State
    /// How often it has been tried.
    public var attempts: Int
    /// When it was made.
    public var madeAt: Timestamp
    /// When it was delivered or given up.
    public var endedAt: Timestamp?
    /// What the receiver, or the way to it, said last.
    public var receipt: String?

    init(_ notice: NoticeRecord) {
        id = notice.id
        tenant = notice.tenant
        contact = notice.contactName
        opensAt = notice.opensAt
        text = NoticeText.text(inBody: notice.body)
        state = notice.state
        attempts = notice.attempts
        madeAt = notice.madeAt
        endedAt = notice.endedAt
        receipt = notice.receipt
    }
}

/// Where notices may be posted.
enum NoticeAddress {
    /// What is wrong with an address, as a sentence; `nil` when nothing is. What is planned is
    /// nobody else's business, so it travels over TLS, or to this machine itself.
    ///
    /// `isProviders` tells whether the provider's own people ask: the server's own machine is for
    /// nobody else.
    static func problem(_ text: String, isProviders: Bool = true) -> String? {
        guard text.utf8.count <= FeedSource.longest,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return "The address is too long, or holds characters that no address has." }
        let host = host(of: text)
        guard !host.isEmpty, !authority(of: text).contains("@") else {
            return "The address is no https:// address with a host and without a password."
        }
        let isHere = ["127.0.0.1", "localhost", "[::1]"].contains(host)
        if isHere, !isProviders {
            return "Only the provider's people may have notices posted to the server itself."
        }
        if text.hasPrefix("https://") { return nil }
        return text.hasPrefix("http://") && isHere && isProviders
            ? nil : "A notice is posted over https://, or over http:// to this machine itself."
    }

    /// The host, with brackets where it has some; empty where there is none.
    static func host(of text: String) -> String {
        let authority = authority(of: text)
        guard authority.hasPrefix("[") else { return String(authority.prefix { $0 != ":" }) }
        return authority.contains("]") ? authority.prefix { $0 != "]" } + "]" : ""
    }

    private static func authority(of text: String) -> Substring {
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
            return text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        }
        return ""
    }
}

extension UseCases {
    /// How many hours before an opening a contact may be told: up to 30 days.
    public static let noticeHours = 1...720
    /// The most contacts of a tenant: a large one has as many departments.
    public static let mostNoticeContacts = 50

    /// Adds somebody who is told before work begins.
    ///
    /// - Throws: `Refusal` `E_NAME`, `E_NAME_TAKEN`, `E_CONTACT_ADDRESS`, `E_CONTACT_HOURS`,
    ///   `E_CONTACTS_FULL`, `E_TENANT_NEEDED`.
    public func addNoticeContact(
        _ draft: NoticeContactDraft, by principal: Principal
    ) async throws -> NoticeContactSummary {
        // It makes the server talk to an address of somebody's choice.
        try principal.require(.administer)
        let name = try Self.checkedName(draft.name)
        if let problem = NoticeAddress.problem(
            draft.address, isProviders: principal.scope == .provider)
        {
            throw Refusal(
                .malformed, "E_CONTACT_ADDRESS", problem,
                nextStep: "Give the address that the receiver's documentation calls a webhook.")
        }
        guard Self.noticeHours.contains(draft.hoursBefore) else {
            throw Refusal(
                .malformed, "E_CONTACT_HOURS",
                "A contact is told 1 to \(Self.noticeHours.upperBound) hours before an opening.",
                nextStep: "Choose another number of hours.")
        }
        let tenant = try await soleTenant(draft.tenant, of: principal)
        let contact = NoticeContact(
            id: effects.newIdentifier(), tenant: tenant, name: name, address: draft.address,
            secondsBefore: Int64(draft.hoursBefore) * 3600, createdAt: effects.now(),
            createdBy: principal.name)
        try await ledger.write { records in
            guard
                try records.noticeContacts(in: .tenant(tenant)).count < Self.mostNoticeContacts
            else {
                throw Refusal(
                    .conflict, "E_CONTACTS_FULL",
                    "A tenant has \(Self.mostNoticeContacts) contacts at most.",
                    nextStep: "Remove one, or tell several people through one receiver.")
            }
            try Self.reportingTakenNames { try records.insert(contact) }
            try self.appendAudit(
                "notice.contactAdded", subject: contact.id.text,
                sentence: "“\(name)” is told \(draft.hoursBefore) hours before work begins, at "
                    + "\(NoticeAddress.host(of: contact.address)).",
                actor: principal.name, tenant: tenant, in: records, at: contact.createdAt)
        }
        return NoticeContactSummary(contact)
    }

    /// Who is told before work begins.
    public func noticeContacts(
        by principal: Principal, tenant: TenantID? = nil
    ) async throws -> [NoticeContactSummary] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read { try $0.noticeContacts(in: scope) }
            .map(NoticeContactSummary.init)
    }

    /// Takes a contact away. What is waiting for it is sent all the same.
    public func removeNoticeContact(
        _ id: NoticeContactID, by principal: Principal
    ) async throws {
        try principal.require(.administer)
        let now = effects.now()
        try await ledger.write { records in
            guard
                let contact = try records.noticeContacts(in: principal.scope)
                    .first(where: { $0.id == id })
            else { throw Refusal.notFound("contact") }
            try records.removeNoticeContact(id, in: principal.scope)
            try self.appendAudit(
                "notice.contactRemoved", subject: id.text,
                sentence: "“\(contact.name)” is told no more before work begins.",
                actor: principal.name, tenant: contact.tenant, in: records, at: now)
        }
    }

    /// What contacts were told, newest first, those before `before` only.
    public func notices(
        by principal: Principal, tenant: TenantID? = nil, before: NoticeID? = nil, limit: Int = 100
    ) async throws -> [NoticeSummary] {
        try principal.require(.view)
        guard let scope = principal.scope.narrowed(to: tenant) else {
            throw Refusal.notFound("tenant")
        }
        return try await ledger.read {
            try $0.notices(NoticeQuery(in: scope, before: before, limit: limit))
        }
        .map(NoticeSummary.init)
    }
}
