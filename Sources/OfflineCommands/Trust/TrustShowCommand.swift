package import ArgumentParser
import CommandBasics
import Fleet
import Foundation
import Trust

/// `patchbay trust show`
package struct TrustShowCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a signed document says, or one that waits for signatures.",
        discussion: """
            Example: patchbay trust show to-sign/FILE
            Example: patchbay trust show trust/root.dsse.json

            Read what you are about to sign: it comes from the server, and your signature makes endpoints \
            act upon it. No signature is looked at; “patchbay sign --verify” does that. Of a trust root \
            its roles, keys and fingerprint are shown.
            """)

    @Argument(help: "The envelope.") var file: String
    @Flag(help: "Print the document alone, as JSON that “patchbay sign --type” takes.")
    var document = false
    @OptionGroup var output: FormatOption

    package init() {}

    package func run() throws {
        let envelope = try Envelope(json: SignedFiles.bytes(file))
        switch try DocumentKind(of: envelope, in: file) {
        case .policy: try show(PolicySet.self, of: envelope)
        case .approval: try show(Grant.self, of: envelope)
        case .hold: try show(Hold.self, of: envelope)
        case .script: try show(Script.self, of: envelope)
        case .release: try show(AgentRelease.self, of: envelope)
        case .placement: try show(Placement.self, of: envelope)
        case .recipe: try show(SignedRecipe.self, of: envelope)
        case .duty: try show(Duty.self, of: envelope)
        case .root where document:
            Terminal.write(
                try JSONText.encode(SignedDocument<TrustRoot>(unverified: envelope)))
        case .root: try output.show(TrustRootView(envelope)) { $0.text }
        }
    }

    private func show<Body: ShownDocument>(_ type: Body.Type, of envelope: Envelope) throws {
        let signed = try SignedDocument<Body>(unverified: envelope)
        if document { return Terminal.write(try JSONText.encode(signed)) }
        try output.show(DocumentView(signed, envelope)) { $0.text }
    }
}

/// A document as it is shown.
private struct DocumentView<Body: ShownDocument>: Encodable {
    var type: String
    var digest: String
    /// Whose signatures these are, by their own word.
    var signedBy: [String]
    var heading: DocumentHeading
    var body: Body

    init(_ document: SignedDocument<Body>, _ envelope: Envelope) {
        type = Body.type
        digest = envelope.payloadDigest
        signedBy = envelope.signatures.map { $0.keyID ?? "" }
        heading = document.heading
        body = document.body
    }

    /// For people.
    var text: String {
        let signers = signedBy.map { String($0.prefix(16)) }.joined(separator: ", ")
        let head = [
            "\(type) “\(heading.name)”, version \(heading.version), scope \(heading.scope)",
            "Issued \(heading.issuedAt), holds until \(heading.expiresAt)", "Digest: \(digest)",
            signers.isEmpty ? "Signatures: none" : "Signatures, not checked: \(signers)",
        ]
        return (head + body.words).map(VisibleText.of).joined(separator: "\n")
    }
}

/// A trust root as it is shown.
struct TrustRootView: Encodable {
    var version: Int
    var scope: String
    var mode: String
    var expiresAt: Timestamp
    var fingerprint: String
    var keys: [TrustRoot.Key]
    var roles: [TrustRole: TrustRoot.RoleKeys]

    /// A root in its envelope; no signature is looked at.
    init(_ envelope: Envelope) throws {
        let document = try SignedDocument<TrustRoot>(unverified: envelope)
        version = document.heading.version
        scope = document.heading.scope.description
        mode = document.body.mode.rawValue
        expiresAt = document.heading.expiresAt
        fingerprint = envelope.payloadDigest
        keys = document.body.keys
        roles = document.body.roles
    }

    /// For people.
    var text: String {
        let head = """
            Trust root, version \(version), scope \(scope), \(mode), until \(expiresAt)
            Fingerprint: \(fingerprint)
            """
        let lines = TrustRole.allCases.compactMap { role in
            roles[role].map { holders in
                "\(role.rawValue): \(holders.threshold) of "
                    + holders.keyIDs.map { String($0.text.prefix(16)) }.joined(separator: ", ")
            }
        }
        return ([head] + lines).joined(separator: "\n")
    }
}
