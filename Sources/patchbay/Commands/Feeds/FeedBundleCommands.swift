import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Feeds
import Fleet
import Foundation
import HTTPAPI
import ServerRecords
import Trust

/// `patchbay feeds export`
struct FeedsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract:
            "Write what is held of all feeds into one signed file, for a server without a way out.",
        discussion: "Example: patchbay feeds export feeds.bundle --key operator-1.key")

    @Argument(help: "The file to write.") var file: String
    @Option(help: ArgumentHelp("The file of the private key that signs.", valueName: "file"))
    var key: String
    @OptionGroup var server: ServerOptions

    func run() async throws {
        let place = URL(filePath: key)
        guard let bytes = try PrivateFile.read(place, limit: SigningKey.fileLimit) else {
            throw Failure(
                .wrongUse, "There is no file \(key).",
                nextStep: "Make a key with “patchbay trust init”.", code: "E_FILE")
        }
        try PrivateFile.requirePrivate(place)
        let signer = try SigningKey(fileBytes: bytes)
        let feeds = try await server.withClient { client in
            let list: ItemList<FeedItem> = try await client.get("/api/v1/feeds")
            var feeds: [(name: String, content: [UInt8])] = []
            for feed in list.items where feed.isEnabled && feed.records != nil {
                let content = try await client.bytes("/api/v1/feeds/\(feed.name)/content")
                feeds.append((feed.name, Array(content)))
            }
            return feeds
        }
        let bundle = try FeedBundle.make(feeds, at: SystemEffects.now(), signedBy: signer)
        try PrivateFile.write(bundle, to: URL(filePath: file))
        Terminal.write(
            "Wrote \(feeds.count) feeds. Import them with --trusted-key \(signer.id)")
    }
}

/// `patchbay feeds import`
struct FeedsImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take the feeds of a signed file that another server has exported.",
        discussion: """
            Example: patchbay feeds import feeds.bundle --trusted-key 5f2b…

            The signature and each feed's digest are checked before anything is taken. A feed that is \
            older or much smaller than what is held waits until it is confirmed.
            """)

    @Argument(help: "The bundle.") var file: String
    @Option(help: ArgumentHelp("The id of the key that must have signed it.", valueName: "key id"))
    var trustedKey: String
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard KeyID(trustedKey) != nil else {
            throw ValidationError("--trusted-key takes the 64 hexadecimal digits of a key id.")
        }
    }

    func run() async throws {
        guard let key = KeyID(trustedKey) else { return }
        let limit = Int(FeedBundle.largest)
        guard let bytes = try PrivateFile.read(URL(filePath: file), limit: limit) else {
            throw Failure(
                .wrongUse, "There is no file \(file).", nextStep: "Name the bundle.",
                code: "E_FILE")
        }
        let bundle: FeedBundle
        do {
            bundle = try FeedBundle(bytes, trusting: key)
        } catch {
            throw Failure(
                .wrongUse, error.message,
                nextStep: "Export it again, and compare the key's id over another way.",
                code: "E_BUNDLE")
        }
        let feeds = try await server.withClient { client in
            var feeds: [FeedItem] = []
            for feed in bundle.feeds {
                feeds.append(
                    try await client.put(
                        "/api/v1/feeds/\(feed.entry.name)/content", bytes: feed.content))
            }
            return feeds
        }
        for feed in feeds { Terminal.write(FeedArgument.sentence(feed)) }
    }
}
