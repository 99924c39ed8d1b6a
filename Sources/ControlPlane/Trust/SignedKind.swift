import Fleet
import ServerRecords
import Trust

/// The kinds of documents that roles sign, by their names.
enum SignedKind: String {
    case policy, approval, hold, script, release, placement, recipe, duty

    init?(type: String) { self.init(rawValue: type) }

    init?(payloadType: String) {
        let all: [SignedKind] = [
            .policy, .approval, .hold, .script, .release, .placement, .recipe, .duty,
        ]
        guard let kind = all.first(where: { $0.payloadType == payloadType }) else { return nil }
        self = kind
    }

    var payloadType: String {
        switch self {
        case .policy: PolicySet.payloadType
        case .approval: Grant.payloadType
        case .hold: Hold.payloadType
        case .script: Script.payloadType
        case .release: AgentRelease.payloadType
        case .placement: Placement.payloadType
        case .recipe: SignedRecipe.payloadType
        case .duty: Duty.payloadType
        }
    }

    /// Whose keys sign it.
    var role: TrustRole {
        switch self {
        case .policy: PolicySet.role
        case .approval: Grant.role
        case .hold: Hold.role
        case .script: Script.role
        case .release: AgentRelease.role
        case .placement: Placement.role
        case .recipe: SignedRecipe.role
        case .duty: Duty.role
        }
    }

    /// The document of an envelope as it is stored; no signature is looked at.
    func stored(_ envelope: Envelope) throws -> StoredDocument {
        switch self {
        case .policy: try Self.stored(envelope, PolicySet.self)
        case .approval: try Self.stored(envelope, Grant.self)
        case .hold: try Self.stored(envelope, Hold.self)
        case .script: try Self.stored(envelope, Script.self)
        case .release: try Self.stored(envelope, AgentRelease.self)
        case .placement: try Self.stored(envelope, Placement.self)
        case .recipe: try Self.stored(envelope, SignedRecipe.self)
        case .duty: try Self.stored(envelope, Duty.self)
        }
    }

    private static func stored<Body: DocumentBody>(_ envelope: Envelope, _: Body.Type) throws
        -> StoredDocument
    {
        StoredDocument(try SignedDocument<Body>(unverified: envelope), envelope)
    }

    /// Checks a document as an endpoint would.
    func verify(_ bytes: [UInt8], in state: TrustState, at now: Timestamp) throws {
        switch self {
        case .policy: _ = try state.verify(bytes, as: PolicySet.self, at: now)
        case .approval: _ = try state.verify(bytes, as: Grant.self, at: now)
        case .hold: _ = try state.verify(bytes, as: Hold.self, at: now)
        case .script: _ = try state.verify(bytes, as: Script.self, at: now)
        case .release: _ = try state.verify(bytes, as: AgentRelease.self, at: now)
        case .placement: _ = try state.verify(bytes, as: Placement.self, at: now)
        case .duty: _ = try state.verify(bytes, as: Duty.self, at: now)
        case .recipe:
            let document = try state.verify(bytes, as: SignedRecipe.self, at: now).accepted.document
            // Endpoints count versions by the document's name.
            guard document.heading.name == document.body.documentName else {
                throw VerificationRefusal.malformed("its name is not that of its recipe")
            }
        }
    }
}
