import ControlPlane
public import Fleet
package import ServerRecords
import Trust
public import Verdicts

/// A wish to follow a verdict feed.
public struct VerdictSubscription: Hashable, Sendable, Codable {
    /// Whose it is to be; the provider's, for every tenant, unless given.
    public var tenant: TenantID?
    /// The feed's name, as its publisher signs it.
    public var name: String
    /// Where it comes from: `https://…`, `http://` on this machine, or, for the provider, an
    /// absolute path on the server.
    public var source: String
    /// The publisher's public key, 32 bytes in base64. It is pinned: only what it has signed is
    /// ever taken.
    public var key: String
    /// How often it is asked for, in seconds; an hour unless given.
    public var intervalSeconds: Int64?

    /// A wish.
    public init(
        tenant: TenantID? = nil, name: String, source: String, key: String,
        intervalSeconds: Int64? = nil
    ) {
        self.tenant = tenant
        self.name = name
        self.source = source
        self.key = key
        self.intervalSeconds = intervalSeconds
    }
}

/// A feed as people see it.
public struct VerdictFeedItem: Hashable, Sendable, Codable {
    /// How it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// What it said last counts.
        case current
        /// It has not answered for three intervals; what it said last counts until it expires.
        case stale
        /// It has said nothing new in time: its ok counts no more, its caution and block do.
        case expired
    }

    /// Whose it is; left out for the provider's, which counts for every tenant.
    public var tenant: TenantID?
    /// Its name.
    public var name: String
    /// Where it comes from; left out for whoever may not change it.
    public var source: String?
    /// The pinned key's name.
    public var keyId: String
    /// The pinned key, 32 bytes in base64.
    public var key: String
    /// How often it is asked for, in seconds.
    public var intervalSeconds: Int64
    /// How it stands.
    public var state: State
    /// The number of what was taken last.
    public var sequence: Int
    /// When that was signed.
    public var issuedAt: Timestamp
    /// Until when its ok counts.
    public var expiresAt: Timestamp
    /// How many verdicts it has.
    public var verdicts: Int
    /// When it was taken.
    public var takenAt: Timestamp
    /// When it was last asked for.
    public var checkedAt: Timestamp?
    /// When it last answered with something that holds, be it that nothing has changed.
    public var succeededAt: Timestamp?
    /// What was wrong the last time, with its code.
    public var problem: String?
    /// What to do about how it stands, in one sentence; left out where nothing is to be done.
    public var nextStep: String?
    /// When it is asked for next.
    public var nextAt: Timestamp

    package init?(_ feed: VerdictFeedRecord, for principal: Principal, at now: Timestamp) {
        guard let held = feed.held else { return nil }
        tenant = feed.tenant
        name = feed.name
        // Sources, and what is wrong with them, tell of the provider's network.
        let maySee = (try? UseCases.requireVerdictFeeds(principal)) != nil
        source = maySee ? feed.source : nil
        keyId = feed.key.id.text
        key = Base64.encode(feed.key.bytes)
        intervalSeconds = feed.intervalSeconds
        let isStale = feed.isStale(at: now)
        state = now >= held.expiresAt ? .expired : isStale ? .stale : .current
        sequence = held.sequence
        issuedAt = held.issuedAt
        expiresAt = held.expiresAt
        verdicts = held.count
        takenAt = held.takenAt
        checkedAt = feed.checkedAt
        problem = maySee ? feed.problem : feed.problem.map { _ in "Nothing new could be taken." }
        succeededAt = feed.answeredAt
        let waiting =
            state == .expired ? "Ask its publisher for a newer one, or unsubscribe from it." : nil
        nextStep = (maySee ? feed.remedy : nil) ?? waiting
        nextAt = feed.nextAt
    }
}

/// One verdict with whose it is.
public struct VerdictItem: Hashable, Sendable, Codable {
    /// For which tenant; left out for every one.
    public var tenant: TenantID?
    /// The feed that says it; left out for an operator's own word.
    public var feed: String?
    /// Who has said it; left out for a feed's.
    public var person: String?
    /// What is said.
    public var verdict: VerdictWord
    /// The package.
    public var package: String?
    /// The version.
    public var version: String?
    /// Where the update comes from.
    public var origin: String?
    /// The operating system.
    public var os: String?
    /// The vulnerability.
    public var vulnerability: String?
    /// Why.
    public var evidence: String
    /// Where more is told.
    public var link: String?
    /// Since when.
    public var at: Timestamp

    package init(_ said: UpdateVerdict, feed: String?, person: String?, tenant: TenantID?) {
        self.tenant = tenant
        self.feed = feed
        self.person = person
        verdict = said.verdict
        package = said.package
        version = said.version
        origin = said.origin
        os = said.os
        vulnerability = said.vulnerability
        evidence = said.evidence
        link = said.link
        at = said.at
    }
}

/// An operator's own word on an update.
public struct VerdictDraft: Hashable, Sendable, Codable {
    /// For which tenant; for every one unless given.
    public var tenant: TenantID?
    /// What is said.
    public var verdict: VerdictWord
    /// The package.
    public var package: String?
    /// The version; an ok names one.
    public var version: String?
    /// The vulnerability.
    public var vulnerability: String?
    /// Why.
    public var reason: String

    /// A word.
    public init(
        tenant: TenantID? = nil, _ verdict: VerdictWord, package: String? = nil,
        version: String? = nil, vulnerability: String? = nil, reason: String
    ) {
        self.tenant = tenant
        self.verdict = verdict
        self.package = package
        self.version = version
        self.vulnerability = vulnerability
        self.reason = reason
    }
}
