public import Fleet
import Foundation
public import Trust

/// All that is held of some feeds in one signed file, for a server that has no way out.
///
/// The file begins with a line, the DSSE envelope of a manifest that names each feed with its size
/// and SHA-256; behind it follow the contents in the manifest's order. Nothing of it is believed
/// before the signature and every digest have been checked.
public struct FeedBundle: Sendable {
    /// What the manifest says of a feed.
    public struct Entry: Hashable, Sendable, Codable {
        /// The feed's name.
        public var name: String
        /// Its content's size, in bytes.
        public var bytes: Int64
        /// Its content's SHA-256, in hexadecimal.
        public var sha256: String
    }

    /// What is signed.
    struct Manifest: Codable {
        var version: Int
        var createdAt: Timestamp
        var publicKey: PublicKey
        var feeds: [Entry]
    }

    /// When it was made.
    public let createdAt: Timestamp
    /// The feeds with their contents, in order.
    public let feeds: [(entry: Entry, content: [UInt8])]

    /// The type of the manifest, which is signed with it.
    static let payloadType = "application/vnd.patchbay.feeds.v1+json"
    /// The most feeds of one bundle: as many as an installation has at most.
    static let mostFeeds = 200
    /// The largest bundle that is read, in bytes.
    public static let largest: Int64 = 4 << 30

    /// Why a bundle is not taken.
    public struct Refused: Error, Hashable, Sendable {
        /// What is wrong, as a sentence.
        public let message: String
    }

    /// The bytes of a bundle.
    ///
    /// - Throws: `TrustError` when the key cannot sign.
    public static func make(
        _ feeds: [(name: String, content: [UInt8])], at now: Timestamp, signedBy key: SigningKey
    ) throws -> [UInt8] {
        let manifest = Manifest(
            version: 1, createdAt: now, publicKey: key.publicKey,
            feeds: feeds.map {
                Entry(
                    name: $0.name, bytes: Int64($0.content.count),
                    sha256: Digest.sha256Hex($0.content))
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var envelope = Envelope(
            payloadType: payloadType, payload: Array(try encoder.encode(manifest)))
        try envelope.sign(with: key)
        return envelope.json + [UInt8(ascii: "\n")] + feeds.flatMap(\.content)
    }

    /// Reads a bundle that the key of this name must have signed.
    ///
    /// - Throws: `Refused`.
    public init(_ bytes: [UInt8], trusting key: KeyID) throws(Refused) {
        guard let end = bytes.prefix(Envelope.maximumBytes).firstIndex(of: UInt8(ascii: "\n"))
        else { throw Refused(message: "The file is no bundle of feeds.") }
        let envelope: Envelope
        do {
            envelope = try Envelope(json: Array(bytes[..<end]))
        } catch {
            throw Refused(message: "The file is no bundle of feeds: its first line is no envelope.")
        }
        guard envelope.payloadType == Self.payloadType,
            let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(envelope.payload)),
            manifest.version == 1, manifest.feeds.count <= Self.mostFeeds
        else { throw Refused(message: "The file is no bundle of feeds of this version.") }
        guard manifest.publicKey.id == key else {
            throw Refused(
                message:
                    "The bundle was signed by the key \(manifest.publicKey.id), not by the one that is trusted."
            )
        }
        guard envelope.isSigned(by: manifest.publicKey) else {
            throw Refused(message: "The bundle's signature is not good.")
        }
        createdAt = manifest.createdAt
        feeds = try Self.contents(of: manifest, in: bytes[(end + 1)...])
    }

    private static func contents(
        of manifest: Manifest, in bytes: ArraySlice<UInt8>
    ) throws(Refused) -> [(entry: Entry, content: [UInt8])] {
        var rest = bytes
        var feeds: [(entry: Entry, content: [UInt8])] = []
        for entry in manifest.feeds {
            guard entry.bytes >= 0, entry.bytes <= Int64(rest.count) else {
                throw Refused(message: "The bundle is cut off within the feed \(entry.name).")
            }
            let content = Array(rest.prefix(Int(entry.bytes)))
            rest = rest.dropFirst(content.count)
            guard Digest.sha256Hex(content) == entry.sha256 else {
                throw Refused(message: "The feed \(entry.name) in the bundle was changed.")
            }
            feeds.append((entry, content))
        }
        guard rest.isEmpty else { throw Refused(message: "Something follows behind the bundle.") }
        return feeds
    }
}
