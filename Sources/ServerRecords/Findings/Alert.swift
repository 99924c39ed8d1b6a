public import Fleet

/// Something that a person should look at soon.
public struct Alert: Hashable, Sendable, Codable {
    /// What it is about. The texts are stable.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A vulnerability that endpoints have has come to be known as exploited.
        case knownExploited
        /// A rollout has halted by itself, and waits for a person's word.
        case rolloutHalted
        /// A feed has not answered for longer than it may: what it says is no longer news. Feeds of
        /// verdicts raise it too, also when they have expired.
        case feedStale
        /// What a feed brought is not taken until a person confirms it.
        case feedWaiting
        /// An endpoint's last backup is older than its policy lets pass, or not known.
        case backupStale
        /// An accepted risk ends soon: whoever answers for it looks again.
        case exceptionEnding
        /// An accepted risk has ended: what it kept back is open again.
        case exceptionEnded
        /// An emergency run is over, and waits for its review.
        case emergencyReview
        /// Vulnerabilities are still there although the date by which they had to be gone has passed.
        case dueDateMissed
        /// Endpoints will miss a due date by today's plan.
        case dueDateAhead
        /// A program installs updates by itself on endpoints that a policy answers for.
        case selfUpdating
        /// A part of a triage (scope, evidence, verdict) is not done although its time has passed.
        case triageOverdue
        /// A triage has found traces of an attack: nothing is installed on the endpoint.
        case tracesFound
    }

    /// How soon a person should look.
    public enum Severity: String, Hashable, Sendable, Codable, CaseIterable {
        /// Now: endpoints are in danger, or stand still.
        case critical
        /// Today.
        case warning
    }

    /// Its identifier.
    public let id: AlertID
    /// The tenant whose endpoints it is about; `nil` for what is the provider's, such as feeds and
    /// risks that it accepts for all tenants.
    public let tenant: TenantID?
    /// What it is about.
    public let kind: Kind
    /// What it is about: a vulnerability's name; for a feed or a deployment its name and since when;
    /// an endpoint; for an accepted risk its identifier and its end; an emergency run; a triage,
    /// and which part of it; a day; a program.
    public let subject: String
    /// One sentence.
    public let sentence: String
    /// How many endpoints it was about when it was raised, or was last looked at while it was open.
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

extension Alert {
    /// How soon a person should look.
    public var severity: Severity {
        switch kind {
        case .knownExploited, .rolloutHalted, .dueDateMissed, .triageOverdue, .tracesFound:
            .critical
        case .feedStale, .feedWaiting, .backupStale, .exceptionEnding, .exceptionEnded,
            .emergencyReview, .dueDateAhead, .selfUpdating:
            .warning
        }
    }

    /// The deployment that it is about; `nil` where it is about something else.
    public var deployment: DeploymentID? {
        guard kind == .rolloutHalted else { return nil }
        return DeploymentID(String(subject.prefix { $0 != " " }))
    }

    /// The triage that it is about; `nil` where it is about something else.
    public var triage: TriageID? {
        guard kind == .triageOverdue || kind == .tracesFound else { return nil }
        return TriageID(String(subject.prefix { $0 != " " }))
    }

    /// What stands before the name of a feed of verdicts: `verdicts:noc 2026-…`.
    public static let verdictsPrefix = "verdicts:"

    /// Whether it is about a feed of verdicts, and not of vulnerabilities.
    public var isAboutVerdicts: Bool {
        kind == .feedStale && subject.hasPrefix(Self.verdictsPrefix)
    }

    /// What a person does about it, in one sentence.
    public var nextStep: String {
        switch kind {
        case .knownExploited: "See what happens next on each endpoint that has it."
        case .rolloutHalted:
            "Look at what went wrong; then resume the deployment, or cancel it."
        case .feedStale where isAboutVerdicts:
            "See why the feed says nothing new: ask its publisher, or unsubscribe from it."
        case .feedStale: "See why the feed does not answer, or switch it off."
        case .feedWaiting: "Look at what it brought; then confirm it, or leave it."
        case .backupStale: "See why the endpoint's backup did not run; it ends with the next one."
        case .exceptionEnding:
            "Look at the risk again: let it end, or ask for a new exception before it does."
        case .exceptionEnded:
            "See what happens next on the endpoints; a risk that must be accepted further needs a "
                + "new exception."
        case .emergencyReview: "Look at what happened, write the review and close it."
        case .dueDateMissed:
            "See what each endpoint waits for, and let it go ahead; or have the risk accepted."
        case .dueDateAhead:
            "See in the plan what keeps them: give the approval, open a window earlier, or have the "
                + "risk accepted."
        case .selfUpdating:
            "Turn it off there (the endpoint's page says what turns it on), or take the endpoints out "
                + "of the policy."
        case .triageOverdue:
            "Note the scope, see why no evidence has come, or give the verdict on the triage's page."
        case .tracesFound:
            "Isolate the endpoint; do not patch it before it is imaged. Then clear it by another "
                + "verdict, or retire it."
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, tenant, kind, subject, sentence, endpoints, raisedAt, acknowledgedAt
        case acknowledgedBy, severity, deployment, nextStep
    }

    /// Writes the alert with what follows from its kind.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encodeIfPresent(tenant, forKey: .tenant)
        try values.encode(kind, forKey: .kind)
        try values.encode(severity, forKey: .severity)
        try values.encode(subject, forKey: .subject)
        try values.encodeIfPresent(deployment, forKey: .deployment)
        try values.encode(sentence, forKey: .sentence)
        try values.encode(nextStep, forKey: .nextStep)
        try values.encode(endpoints, forKey: .endpoints)
        try values.encode(raisedAt, forKey: .raisedAt)
        try values.encodeIfPresent(acknowledgedAt, forKey: .acknowledgedAt)
        try values.encodeIfPresent(acknowledgedBy, forKey: .acknowledgedBy)
    }

    /// Reads an alert; what follows from its kind is not believed.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try values.decode(AlertID.self, forKey: .id),
            tenant: try values.decodeIfPresent(TenantID.self, forKey: .tenant),
            kind: try values.decode(Kind.self, forKey: .kind),
            subject: try values.decode(String.self, forKey: .subject),
            sentence: try values.decode(String.self, forKey: .sentence),
            endpoints: try values.decode(Int.self, forKey: .endpoints),
            raisedAt: try values.decode(Timestamp.self, forKey: .raisedAt),
            acknowledgedAt: try values.decodeIfPresent(Timestamp.self, forKey: .acknowledgedAt),
            acknowledgedBy: try values.decodeIfPresent(String.self, forKey: .acknowledgedBy))
    }
}
