package import ArgumentParser
import CommandBasics
import Fleet
import Foundation
import Trust

/// `patchbay trust init`
package struct TrustInitCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Make the keys of operators, and a sealed trust root.",
        discussion: """
            Example: patchbay trust init --out trust --keys 3 --threshold 2

            Run it on an operator's machine, not on the server. Each key file goes to one \
            person; root.dsse.json goes to the server, and its fingerprint into your records. \
            The threshold holds for the root, policies, scripts and releases. Approvals and holds \
            keep a threshold of one: one key signs them, and two different ones sign an approval \
            that goes beyond the policy's brake.
            """)

    @Option(help: ArgumentHelp("A folder that is not there yet.", valueName: "folder"))
    var out: String
    @Option(help: ArgumentHelp("How many keys to make, 1 to 16.", valueName: "number"))
    var keys = 1
    @Option(
        help: ArgumentHelp(
            "How many of them must sign, except approvals (one).", valueName: "number"))
    var threshold = 1
    @Option(help: ArgumentHelp("Whose root it is: all, or a tenant.", valueName: "scope"))
    var scope = "all"
    @Option(
        help: ArgumentHelp(
            "The root's version: the next one where endpoints believe a root already.",
            valueName: "number"))
    var rootVersion = 1
    @Option(help: ArgumentHelp("For how many days the root holds.", valueName: "number"))
    var validDays = 365
    @OptionGroup var output: FormatOption

    package init() {}

    package func validate() throws {
        guard (1...TrustRoot.maximumKeys).contains(keys), (1...keys).contains(threshold) else {
            throw ValidationError(
                "--keys is 1 to \(TrustRoot.maximumKeys), and --threshold 1 to --keys.")
        }
    }

    package func run() throws {
        let made = try (0..<keys).map { _ in
            try SigningKey(bytes: SystemEffects.randomBytes(DeviceKey.byteCount))
        }
        let heading = try HeadingOptions.heading(
            name: "root", version: rootVersion, scope: scope, validDays: validDays)
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
