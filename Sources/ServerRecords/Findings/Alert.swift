public import Fleet

/// Something that a person should look at soon.
public struct Alert: Hashable, Sendable, Codable {
    /// What it is about. The texts are stable.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A vulnerability that endpoints have has come to be known as exploited.
        case knownExploited
        /// A feed has not answered for longer than it may: what it says is no longer news.
        case feedStale
        /// What a feed brought is not taken until a person confirms it.
        case feedWaiting
        /// An endpoint's last backup is older than its policy lets pass, or not known.
        case backupStale
    }

    /// Its identifier.
    public let id: AlertID
    /// The tenant whose endpoints it is about; `nil` for what is the provider's, such as feeds.
    public let tenant: TenantID?
    /// What it is about.
    public let kind: Kind
    /// What it is about: a vulnerability's name; for a feed its name and since when; an endpoint.
    public let subject: String
    /// One sentence.
    public let sentence: String
    /// How many endpoints it was about when it was raised.
    public let endpoints: Int
    /// When it was raised.
    public let raisedAt: Timestamp
    /// When somebody acknowledged it.
    public var acknowledgedAt: Timestamp?
    /// Who did.
    public var acknowledgedBy: String?

    /// An alert.
    public init(
        id: AlertID, tenant: TenantID?, kind: Kind, subject: String, sentence: String,
        endpoints: Int, raisedAt: Timestamp, acknowledgedAt: Timestamp? = nil,
        acknowledgedBy: String? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.kind = kind
        self.subject = subject
        self.sentence = sentence
        self.endpoints = endpoints
        self.raisedAt = raisedAt
        self.acknowledgedAt = acknowledgedAt
        self.acknowledgedBy = acknowledgedBy
    }
}
