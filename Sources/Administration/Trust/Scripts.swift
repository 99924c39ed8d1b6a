public import ControlPlane
public import Fleet
import Foundation
public import ServerRecords
import Trust

/// A script that somebody wants endpoints to be able to run.
public struct ScriptWish: Hashable, Sendable, Codable {
    /// Its name, by which policies call it.
    public var name: String
    /// Whose endpoints may run it; `nil` for all of the provider's.
    public var tenant: TenantID?
    /// The program that reads it, as an absolute path.
    public var interpreter: String
    /// The script itself.
    public var text: String
    /// After how many seconds it is ended.
    public var timeoutSeconds: Int

    /// A wish.
    public init(
        name: String, tenant: TenantID? = nil, interpreter: String, text: String,
        timeoutSeconds: Int
    ) {
        self.name = name
        self.tenant = tenant
        self.interpreter = interpreter
        self.text = text
        self.timeoutSeconds = timeoutSeconds
    }
}

/// A script as people see it.
public struct ScriptSummary: Hashable, Sendable, Codable {
    /// Its name.
    public var name: String
    /// Whose endpoints may run it: `all` or a tenant.
    public var scope: String
    /// Its version.
    public var version: Int
    /// The program that reads it.
    public var interpreter: String
    /// The SHA-256 of the script in hexadecimal.
    public var sha256: String
    /// After how many seconds it is ended.
    public var timeoutSeconds: Int
    /// From when on no endpoint runs it any more.
    public var expiresAt: Timestamp
    /// Whether it is signed; else it waits for operators.
    public var isSigned: Bool
    /// Its text; `nil` where only its digest is signed, and no endpoint can run it.
    public var text: String?

    init(_ stored: StoredDocument, isSigned: Bool) throws {
        let document = try stored.read(as: Script.self)
        name = stored.name
        scope = stored.scope.description
        version = stored.version
        interpreter = document.body.interpreter
        sha256 = document.body.sha256
        timeoutSeconds = document.body.timeoutSeconds
        expiresAt = document.heading.expiresAt
        text = document.body.text
        self.isSigned = isSigned
    }
}

extension UseCases {
    /// For how long a script may be run unless it is saved anew, in seconds: a year, like policies.
    private static let scriptSeconds: Int64 = 365 * 86_400

    /// Saves the next version of a script. In managed mode it is signed at once; in sealed mode it
    /// waits for operators, and no endpoint has it before.
    ///
    /// - Throws: `Refusal` `E_SCRIPT` when it makes no sense, `E_TRUST_NO_ROOT` without a root.
    public func saveScript(
        _ wish: ScriptWish, by principal: Principal
    ) async throws -> ScriptSummary {
        try principal.require(.administer)
        guard let scope = principal.scope.narrowed(to: wish.tenant) else {
            throw Refusal.notFound("tenant")
        }
        let target = scope.tenant.map(DocumentScope.tenant) ?? .allTenants
        let now = effects.now()
        return try await writeWaking { records, wakes in
            guard let root = try self.heldRoot(in: records) else { throw Self.noRoot }
            if let tenant = scope.tenant, try records.tenants(in: .tenant(tenant)).isEmpty {
                throw Refusal.notFound("tenant")
            }
            let newest = try self.knownDocuments(Script.self, of: target, in: records)
                .newest(named: wish.name)
            let issued = now.wholeSeconds
            let document = SignedDocument(
                DocumentHeading(
                    name: wish.name, version: (newest?.version ?? 0) + 1, scope: target,
                    issuedAt: issued,
                    expiresAt: issued.adding(seconds: Self.scriptSeconds)),
                Script(
                    interpreter: wish.interpreter, text: wish.text,
                    timeoutSeconds: wish.timeoutSeconds))
            let envelope: Envelope
            do {
                envelope = try document.envelope()
            } catch let error as VerificationRefusal {
                throw Refusal(
                    .malformed, "E_SCRIPT", "The script cannot be taken: \(error.message)",
                    nextStep: "Give a name of a-z, 0-9 and “-”, an interpreter by its absolute "
                        + "path, at most \(Script.maximumScriptBytes) bytes, and 1 to "
                        + "\(Script.maximumTimeoutSeconds) seconds.")
            }
            let isSigned = try self.sign(
                SigningWish(
                    document, actor: principal.name,
                    reason: "Endpoints may run it as a probe, with \(wish.interpreter)."),
                under: root, in: records, at: now, waking: &wakes)
            return try ScriptSummary(
                StoredDocument(document, envelope), isSigned: isSigned)
        }
    }

    /// The newest version of each script, signed or waiting.
    public func scripts(by principal: Principal) async throws -> [ScriptSummary] {
        try principal.require(.view)
        return try await ledger.read { records in
            let tenants = try records.tenants(in: principal.scope).map(\.id)
            let scopes: [DocumentScope] =
                (principal.scope == .provider ? [.allTenants] : []) + tenants.map { .tenant($0) }
            let signed = try scopes.flatMap { scope -> [ScriptSummary] in
                let all = try records.documents(Script.type, of: scope)
                return try Dictionary(all.map { ($0.name, $0) }) { _, newer in newer }.values
                    .map { try ScriptSummary($0, isSigned: true) }
            }
            let waiting = try records.unsignedDocuments(in: principal.scope).map(\.document)
                .filter { $0.type == Script.type }.map { try ScriptSummary($0, isSigned: false) }
            return (signed + waiting).sorted {
                ($0.scope, $0.name, $0.version) < ($1.scope, $1.name, $1.version)
            }
        }
    }
}
