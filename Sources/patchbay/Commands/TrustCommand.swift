import ArgumentParser
import Fleet
import Foundation
import Trust

/// `patchbay trust`
struct TrustCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust", abstract: "Make and look at the keys that endpoints believe.",
        subcommands: [Init.self, Show.self])

    /// `patchbay trust init`
    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Make the keys of operators, and a sealed trust root.",
            discussion: """
                Example: patchbay trust init --out trust --keys 3 --threshold 2

                Run it on an operator's machine, not on the server. Each key file goes to one \
                person; root.dsse.json goes to the server, and its fingerprint into your records. \
                The threshold holds for the root, policies, scripts and releases; one key signs an \
                approval, and two different ones where it goes beyond the policy's brake.
                """)

        @Option(help: ArgumentHelp("A folder that is not there yet.", valueName: "folder"))
        var out: String
        @Option(help: ArgumentHelp("How many keys to make, 1 to 16.", valueName: "number"))
        var keys = 1
        @Option(help: ArgumentHelp("How many of them must sign.", valueName: "number"))
        var threshold = 1
        @Option(help: ArgumentHelp("Whose root it is: all, or a tenant.", valueName: "scope"))
        var scope = "all"
        @Option(help: ArgumentHelp("For how many days the root holds.", valueName: "number"))
        var validDays = 365
        @OptionGroup var output: FormatOption

        func validate() throws {
            guard (1...TrustRoot.maximumKeys).contains(keys), (1...keys).contains(threshold) else {
                throw ValidationError(
                    "--keys is 1 to \(TrustRoot.maximumKeys), and --threshold 1 to --keys.")
            }
        }

        func run() throws {
            let made = try (0..<keys).map { _ in
                try SigningKey(bytes: SystemEffects.randomBytes(DeviceKey.byteCount))
            }
            let heading = try HeadingOptions.heading(
                name: "root", version: 1, scope: scope, validDays: validDays)
            var envelope = try SignedDocument(heading, rootBody(made.map(\.publicKey))).envelope()
            for key in made { try envelope.sign(with: key) }
            try save(made, envelope)
            Terminal.writeError(
                "The keys are not encrypted: keep each file offline, with one person.")
            if keys == 1 {
                Terminal.writeError(
                    "One key cannot give a second signature: approvals beyond the brake will wait.")
            }
            try output.show(TrustRootView(envelope)) { $0.text }
        }

        private func rootBody(_ publicKeys: [PublicKey]) -> TrustRoot {
            let ids = publicKeys.map(\.id)
            let roles = TrustRole.allCases.map { role in
                (role, TrustRoot.RoleKeys(ids, threshold: role == .approval ? 1 : threshold))
            }
            return TrustRoot(
                keys: publicKeys.map { TrustRoot.Key($0) }, mode: .sealed,
                roles: Dictionary(roles) { first, _ in first })
        }

        /// Writes into a new folder only: a key that is there already must never be lost.
        private func save(_ keys: [SigningKey], _ root: Envelope) throws {
            let folder = URL(filePath: out)
            guard !FileManager.default.fileExists(atPath: folder.path) else {
                throw Failure(
                    .wrongUse, "\(out) is there already.",
                    nextStep: "Name a folder that is not there yet.", code: "E_FILE")
            }
            do {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
            } catch {
                throw Failure(
                    .couldNot, "The folder \(out) cannot be made: \(PrivateFile.words(error)).",
                    nextStep: "Name one where you may write.", code: "E_FILE")
            }
            for (place, key) in keys.enumerated() {
                let file = folder.appending(path: "operator-\(place + 1).key")
                try PrivateFile.write(key.fileBytes, to: file)
            }
            try SignedFiles.write(root, to: folder.appending(path: "root.dsse.json").path)
        }
    }

    /// `patchbay trust show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a trust root: its roles, keys and fingerprint.",
            discussion: "Example: patchbay trust show trust/root.dsse.json")

        @Argument(help: "The trust root.") var file: String
        @OptionGroup var output: FormatOption

        func run() throws {
            let envelope = try Envelope(json: SignedFiles.bytes(file))
            try output.show(TrustRootView(envelope)) { $0.text }
        }
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

/// What the heading of a document is made of.
enum HeadingOptions {
    /// The longest life of a document, in days: ten years.
    private static let maximumDays = 3_660

    /// A heading that begins now.
    static func heading(name: String, version: Int, scope: String, validDays: Int) throws
        -> DocumentHeading
    {
        guard let scope = DocumentScope(scope), (1...maximumDays).contains(validDays) else {
            throw Failure(
                .wrongUse,
                "--scope is no tenant, or --valid-days is not 1 to \(maximumDays).",
                nextStep: "Give “all” or a tenant's identifier (tnt_…), and a number of days.",
                code: "E_SIGN_HEADING")
        }
        let now = SystemEffects.now().wholeSeconds
        return DocumentHeading(
            name: name, version: version, scope: scope, issuedAt: now,
            expiresAt: now.adding(seconds: Int64(validDays) * 86_400))
    }
}
