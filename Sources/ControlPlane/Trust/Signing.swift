package import Fleet
import Foundation
package import ServerRecords
package import Trust

/// A document that is to be signed.
package struct SigningWish<Body: RoleDocument> {
    /// The document.
    var document: SignedDocument<Body>
    /// The deployment that a grant is for.
    var deployment: DeploymentID?
    /// Who wants it.
    var actor: String
    /// What it is for, in one sentence.
    var reason: String
    /// Whether two different keys must sign it, whatever the role's threshold.
    var needsSecond = false
    /// Whether older versions are forgotten.
    var isReplacing = false

    /// A wish.
    package init(
        _ document: SignedDocument<Body>, deployment: DeploymentID? = nil, actor: String,
        reason: String
    ) {
        self.document = document
        self.deployment = deployment
        self.actor = actor
        self.reason = reason
    }
}

extension UseCases {
    /// Signs a document with the server's own keys when they suffice; else has it wait.
    ///
    /// - Returns: whether it is signed.
    package func sign<Body: RoleDocument>(
        _ wish: SigningWish<Body>, under root: HeldRoot, in records: any Records,
        at now: Timestamp, waking wakes: inout Set<String>
    ) throws -> Bool {
        var envelope = try Self.believing { try wish.document.envelope() }
        let heading = wish.document.heading
        let own = try trust.keys(of: Body.role, in: root)
        let needed = root.body.threshold(of: Body.role)
        // The second key is for what a second person has looked at.
        for key in own.prefix(needed) { try envelope.sign(with: key) }
        var stored = StoredDocument(wish.document, envelope, deployment: wish.deployment)
        stored.needsTwo = wish.needsSecond
        guard own.count >= needed, !wish.needsSecond else {
            try records.setUnsigned(
                UnsignedDocument(
                    stored, askedAt: now, askedBy: wish.actor, reason: wish.reason),
                type: Body.type, name: heading.name, of: heading.scope)
            try auditTrust("trust.waiting", stored, wish.actor, wish.reason, in: records, at: now)
            return false
        }
        try keep(stored, isReplacing: wish.isReplacing, in: records)
        try auditTrust("trust.signed", stored, wish.actor, wish.reason, in: records, at: now)
        wakes.insert(SignalSubject.trust(heading.scope))
        return true
    }

    /// Stores a signed document, which nobody need sign any more.
    func keep(_ stored: StoredDocument, isReplacing: Bool, in records: any Records) throws {
        try records.save(stored, replacing: isReplacing)
        try records.setUnsigned(nil, type: stored.type, name: stored.name, of: stored.scope)
    }

    func auditTrust(
        _ action: String, _ stored: StoredDocument, _ actor: String, _ reason: String,
        in records: any Records, at now: Timestamp
    ) throws {
        let verb = action == "trust.waiting" ? "Waits for signatures" : "Signed"
        try appendAudit(
            action, subject: stored.digest,
            sentence:
                "\(verb): \(stored.type) \(stored.name), version \(stored.version). \(reason)",
            actor: actor, tenant: stored.scope.tenant, in: records, at: now)
    }

    /// What waits under a name.
    func unsigned(
        _ type: String, _ name: String, of tenant: TenantID, in records: any Records
    ) throws -> UnsignedDocument? {
        try records.unsignedDocuments(in: .tenant(tenant)).first {
            $0.document.type == type && $0.document.name == name
        }
    }
}

extension DocumentScope {
    /// The tenant; `nil` for all.
    package var tenant: TenantID? {
        if case .tenant(let tenant) = self { tenant } else { nil }
    }
}

/// JSON of settings.
enum TrustJSON {
    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value? {
        try? JSONDecoder().decode(type, from: Data(text.utf8))
    }

    static func encode(_ value: some Encodable) -> String? {
        (try? JSONEncoder().encode(value)).map { String(decoding: $0, as: UTF8.self) }
    }
}
