import Administration
import Calendar
public import ControlPlane
import Fleet
import Policy
import ServerRecords
import Synchronization

/// Hands a notice to its receiver.
public protocol NoticePost: Sendable {
    /// Posts a body of JSON.
    ///
    /// - Parameters:
    ///   - body: what is sent.
    ///   - address: where to.
    ///   - id: the notice, the same at every try.
    /// - Returns: what the receiver answered.
    func post(_ body: String, to address: String, id: String) async -> NoticeAnswer
}

/// What became of one try.
public enum NoticeAnswer: Hashable, Sendable {
    /// The receiver took it; its words.
    case taken(String)
    /// The receiver, or the way to it, did not; why.
    case refused(String)
}

/// What one round has come to.
public struct NoticeRound: Hashable, Sendable {
    /// How many notices were delivered.
    public var delivered = 0
    /// Why contacts of a tenant could not be told what is planned, one sentence each.
    public var problems: [String] = []

    /// Nothing has been done yet.
    public init() {}
}

/// When each tenant's openings were looked at last.
public final class NoticeDesk: Sendable {
    private let looks = Mutex<[TenantID: Timestamp]>([:])

    /// A desk at which nobody has looked yet.
    public init() {}

    /// Whether it is a tenant's turn; asking takes it.
    func takeTurn(of tenant: TenantID, at now: Timestamp) -> Bool {
        looks.withLock { looks in
            let age = looks[tenant].map { now.seconds(since: $0) }
            if let age, (0..<UseCases.noticeLookSeconds).contains(age) { return false }
            looks[tenant] = now
            return true
        }
    }
}

extension UseCases {
    /// How often it is planned anew what a tenant's contacts are to be told, in seconds: planning
    /// decides about the whole fleet.
    static let noticeLookSeconds: Int64 = 900
    /// How long a tenant's look reaches beyond the earliest contact's time, in seconds, so that an
    /// opening is found though a look is late.
    private static let noticeMarginSeconds: Int64 = 3600
    /// For how long notices are kept, in seconds: 400 days, as long as a yearly audit asks back.
    private static let noticesKept: Int64 = 400 * 86_400
    /// How many notices one round sends, and one purge forgets.
    private static let noticesPerRound = 100
    /// How long after a try that failed the next comes, in seconds; the last holds from then on.
    private static let noticePauses: [Int64] = [60, 300, 900, 3600]
    /// The longest answer of a receiver that is kept, in characters: a sentence.
    private static let longestReceipt = 200

    /// One round: makes the notices whose time has come, and sends what is due.
    ///
    /// A fleet that is too large for a plan keeps nobody else from being told.
    @discardableResult
    public func tellContacts(
        by post: some NoticePost, at desk: NoticeDesk
    ) async throws -> NoticeRound {
        var round = NoticeRound()
        let contacts = try await ledger.read { try $0.noticeContacts(in: .provider) }
        for (tenant, own) in Dictionary(grouping: contacts, by: \.tenant)
            .sorted(by: { $0.key < $1.key })
        where desk.takeTurn(of: tenant, at: effects.now()) {
            do {
                try await makeNotices(for: tenant, own)
            } catch let refusal as Refusal {
                round.problems.append(
                    "The contacts of \(tenant) cannot be told what is planned: \(refusal.message)")
            }
        }
        round.delivered = try await sendNotices(by: post)
        return round
    }

    /// Writes a notice for each opening in which something is planned, and each contact whose time
    /// has come. One that is planned late is told late, as long as its window has not closed.
    private func makeNotices(for tenant: TenantID, _ contacts: [NoticeContact]) async throws {
        let now = effects.now()
        let reach = contacts.map(\.secondsBefore).max() ?? 0
        let viewer = Principal(name: "system", scope: .tenant(tenant), permissions: [.view])
        let plan = try await planPolicies(
            for: tenant, until: now.adding(seconds: reach + Self.noticeMarginSeconds), by: viewer)
        let openings = PlannedOpening.all(in: plan)
        guard !openings.isEmpty else { return }
        // Whom it is new to takes decisions, which hold up nobody who writes.
        let (name, news) = try await ledger.read { records in
            let name = try records.tenants(in: .tenant(tenant)).first?.name
            let news = try openings.map { opening in
                try self.news(of: opening, for: contacts, of: tenant, in: records, at: now)
            }
            return (name ?? "", news)
        }
        guard news.contains(where: { !$0.isEmpty }) else { return }
        try await ledger.write { records in
            for (opening, contacts) in zip(openings, news) {
                for contact in contacts {
                    try self.make(opening, for: contact, of: name, in: records, at: now)
                }
            }
        }
    }

    /// The contacts whose time has come for an opening, and whom no notice has told of it.
    private func news(
        of opening: PlannedOpening, for contacts: [NoticeContact], of tenant: TenantID,
        in records: any Records, at now: Timestamp
    ) throws -> [NoticeContact] {
        let due = contacts.filter { opening.opensAt <= now.adding(seconds: $0.secondsBefore) }
        guard !due.isEmpty else { return [] }
        let told = try records.notices(openAt: opening.opensAt, of: tenant)
        let itself = Set(told.filter { $0.opening == opening.name }.map(\.contact))
        let asked = Set(due.map(\.id)).subtracting(itself)
        let earlier = told.filter {
            $0.opensAt < opening.opensAt && asked.contains($0.contact)
        }
        let parts = try partOf(earlier, opening, of: tenant, in: records, at: now)
        let knowing = itself.union(parts.map(\.contact))
        return due.filter { !knowing.contains($0.id) }
    }

    /// The notices that have told of an opening already, under the name of one before it: windows
    /// that overlap or touch make up one opening, which is called by the window that is left when
    /// the first has closed, or is shut by a freeze that came later.
    private func partOf(
        _ told: [NoticeRecord], _ opening: PlannedOpening, of tenant: TenantID,
        in records: any Records, at now: Timestamp
    ) throws -> [NoticeRecord] {
        guard !told.isEmpty else { return [] }
        var decisions = try EndpointDecisions(of: tenant, in: records, at: now, by: self)
        var left = told
        for (key, installs) in Dictionary(grouping: opening.installs, by: \.endpoint) {
            guard let id = EndpointID(key),
                let endpoint = try records.endpoint(id, in: .tenant(tenant))
            else { return [] }
            let decided = try decisions.decide(endpoint)
            for install in installs {
                let earlier = decided.openings(before: opening.opensAt, of: install)
                left.removeAll { notice in
                    !earlier.contains {
                        PlannedOpening.name($0.window, $0.opens) == notice.opening
                    }
                }
            }
            if left.isEmpty { return [] }
        }
        return left
    }

    private func make(
        _ opening: PlannedOpening, for contact: NoticeContact, of tenant: String,
        in records: any Records, at now: Timestamp
    ) throws {
        let id: NoticeID = effects.newIdentifier()
        let text = NoticeText(opening, id: id, tenant: tenant, plannedAt: now)
        let notice = NoticeRecord(
            id: id, to: contact, opening: opening.name, opensAt: opening.opensAt,
            closesAt: opening.closesAt, body: try text.body(), at: now)
        guard try records.insert(notice) else { return }
        try appendAudit(
            "notice.made", subject: id.text,
            sentence: "“\(contact.name)” is told of the window \(opening.window), which opens "
                + "\(opening.opensAt.wholeSeconds): \(text.updates) updates on \(text.endpoints) "
                + "endpoints, \(text.rebooting) reboot.",
            actor: "system", tenant: contact.tenant, in: records, at: now)
    }

    /// Sends what is due, and writes down what the receivers answered. A crash between the answer
    /// and its record sends a notice twice, under the same identifier.
    private func sendNotices(by post: some NoticePost) async throws -> Int {
        let now = effects.now()
        let due = try await ledger.read {
            try $0.dueNotices(at: now, limit: Self.noticesPerRound)
        }
        var delivered = 0
        for notice in due {
            guard now < notice.closesAt else {
                // The server was not there in time, and nobody need be told of what is over.
                try await giveUp(notice, at: now)
                continue
            }
            let answer = await post.post(notice.body, to: notice.address, id: notice.id.text)
            try await settle(notice, answer)
            if case .taken = answer { delivered += 1 }
        }
        let limit = now.adding(seconds: -Self.noticesKept)
        try await ledger.write { records in
            _ = try records.purgeNotices(openedBefore: limit, limit: Self.noticesPerRound)
        }
        return delivered
    }

    private func giveUp(_ notice: NoticeRecord, at now: Timestamp) async throws {
        var notice = notice
        notice.receipt = notice.receipt ?? "The window had closed before it could be sent."
        (notice.state, notice.nextAt, notice.endedAt) = (.failed, nil, now)
        try await ledger.write { [notice] records in
            try records.update(notice)
            try self.appendAudit(
                "notice.failed", subject: notice.id.text,
                sentence:
                    "“\(notice.contactName)” is not told of the opening \(notice.opening) any "
                    + "more: it is over, after \(notice.attempts) tries.",
                actor: "system", tenant: notice.tenant, in: records, at: now)
        }
    }

    private func settle(_ notice: NoticeRecord, _ answer: NoticeAnswer) async throws {
        let now = effects.now()
        var notice = notice
        notice.attempts += 1
        var news: (action: String, words: String)?
        switch answer {
        case .taken(let words):
            notice.receipt = PlainText.line(words, atMost: Self.longestReceipt)
            (notice.state, notice.nextAt, notice.endedAt) = (.delivered, nil, now)
            news = ("notice.delivered", "took the notice")
        case .refused(let words):
            notice.receipt = PlainText.line(words, atMost: Self.longestReceipt)
            let pause =
                Self.noticePauses[min(notice.attempts, Self.noticePauses.count) - 1]
            let next = now.adding(seconds: pause)
            if next < notice.closesAt {
                notice.nextAt = next
            } else {
                (notice.state, notice.nextAt, notice.endedAt) = (.failed, nil, now)
                news = ("notice.failed", "did not take the notice in \(notice.attempts) tries")
            }
        }
        try await ledger.write { [notice, news] records in
            try records.update(notice)
            guard let news else { return }
            try self.appendAudit(
                news.action, subject: notice.id.text,
                sentence: "The receiver of “\(notice.contactName)” \(news.words) of the opening "
                    + "\(notice.opening): \(notice.receipt ?? "")",
                actor: "system", tenant: notice.tenant, in: records, at: now)
        }
    }
}
