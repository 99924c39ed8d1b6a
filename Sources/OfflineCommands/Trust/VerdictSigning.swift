package import ArgumentParser
import CommandBasics
import Fleet
import Foundation
import Trust

/// `patchbay verdicts key`
package struct VerdictKeyCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make the key that signs a feed, and print its public half.",
        discussion: """
            Example: patchbay verdicts key noc.key

            The file is a secret; the line that is printed is what subscribers pin. Of a key that \
            is there already only the public half is printed.
            """)

    @Argument(help: "The file of the key.") var file: String
    @OptionGroup var output: FormatOption

    package init() {}

    package func run() throws {
        let place = URL(filePath: file)
        let key: SigningKey
        if FileManager.default.fileExists(atPath: place.path) {
            key = try SignedFiles.key(file)
        } else {
            key = try SigningKey(bytes: SystemEffects.randomBytes(DeviceKey.byteCount))
            try PrivateFile.write(key.fileBytes, to: place)
        }
        let made = Made(key: Base64.encode(key.publicKey.bytes), keyId: key.id.text)
        try output.show(made) { $0.key }
    }

    private struct Made: Encodable {
        let key: String
        let keyId: String
    }
}

/// `patchbay verdicts sign`
package struct VerdictSignCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign a feed that you publish.",
        discussion: """
            Example: patchbay verdicts sign noc.json --key noc.key --out verdicts.dsse.json

            The JSON is that of docs/verdicts.md. Put the signed file where your subscribers fetch \
            it, and count its number up each time.
            """)

    @Argument(help: "The feed's JSON.") var file: String
    @Option(help: ArgumentHelp("The file of the key.", valueName: "file")) var key: String
    @Option(help: ArgumentHelp("Where to write the signed feed.", valueName: "file"))
    var out: String
    @OptionGroup var output: FormatOption

    package init() {}

    package func run() throws {
        let signer = try SignedFiles.key(key)
        try VerdictFiles.refusing {
            let feed = try VerdictFeedDocument(draft: SignedFiles.bytes(file))
            try SignedFiles.write(feed.envelope(signedBy: signer), to: out)
            try output.show(VerdictFeedView(feed, key: signer.publicKey, file: out)) { $0.text }
        }
    }
}

/// `patchbay verdicts check`
package struct VerdictCheckCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check a signed feed as a subscriber would.",
        discussion: "Example: patchbay verdicts check noc verdicts.dsse.json --key MCowBQ…")

    @Argument(help: "The feed's name.") var name: String
    @Argument(help: "The signed feed.") var file: String
    @Option(help: ArgumentHelp("The public key that was pinned.", valueName: "base64"))
    var key: String
    @OptionGroup var clock: ClockOption
    @OptionGroup var output: FormatOption

    package init() {}

    package func run() throws {
        let publicKey = try VerdictFiles.key(key)
        try VerdictFiles.refusing(as: .no) {
            let feed = try VerdictFeedDocument(
                envelope: SignedFiles.bytes(file), feed: name, signedBy: publicKey,
                at: clock.instant)
            try output.show(VerdictFeedView(feed, key: publicKey, file: file)) { $0.text }
        }
    }
}

/// A signed feed as the commands show it.
private struct VerdictFeedView: Encodable {
    let feed: String
    let sequence: Int
    let issuedAt: Timestamp
    let expiresAt: Timestamp
    let verdicts: Int
    let keyId: String
    let digest: String
    let file: String

    init(_ document: VerdictFeedDocument, key: PublicKey, file: String) {
        feed = document.feed
        sequence = document.sequence
        issuedAt = document.issuedAt
        expiresAt = document.expiresAt
        verdicts = document.verdicts.count
        keyId = key.id.text
        digest = document.digest
        self.file = file
    }

    var text: String {
        "\(file) holds number \(sequence) of the feed \(feed): \(verdicts) verdicts, until "
            + "\(expiresAt), signed by the key \(keyId.prefix(16))."
    }
}

/// Feeds of verdicts in files.
enum VerdictFiles {
    /// A public key from the command line.
    static func key(_ text: String) throws -> PublicKey {
        guard let bytes = Base64.decode(text), let key = PublicKey(bytes: bytes) else {
            throw Failure(
                .wrongUse, "The key is none of Ed25519 in base64.",
                nextStep: "Give the line that “patchbay verdicts key” prints.",
                code: "E_VERDICTS_KEY")
        }
        return key
    }

    /// Ends with a status and the reason where a feed is refused.
    static func refusing(
        as status: Failure.Status = .wrongUse, _ body: () throws -> Void
    ) throws {
        do {
            try body()
        } catch let refusal as VerdictFeedRefusal {
            throw Failure(
                status, refusal.message, nextStep: refusal.nextStep, code: refusal.code)
        }
    }
}
