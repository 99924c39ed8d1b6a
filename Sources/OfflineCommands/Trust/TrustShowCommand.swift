package import ArgumentParser
import CommandBasics
import Fleet
import Foundation
import Trust

/// `patchbay trust show`
package struct TrustShowCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a trust root: its roles, keys and fingerprint.",
        discussion: "Example: patchbay trust show trust/root.dsse.json")

    @Argument(help: "The trust root.") var file: String
    @OptionGroup var output: FormatOption

    package init() {}

    package func run() throws {
        let envelope = try Envelope(json: SignedFiles.bytes(file))
        try output.show(TrustRootView(envelope)) { $0.text }
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
