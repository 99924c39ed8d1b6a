public import ControlPlane
import Fleet
import ServerRecords
import Trust

extension UseCases {
    /// Takes over what another process on the same database has done to the feeds: brings its
    /// content here, and judges the findings by it. Does nothing when nothing has changed.
    public func followFeeds() async throws {
        guard ledger.isShared, shelf != nil else { return }
        try await feedTurn.run {
            let held = try await self.heldFeeds()
            guard Self.digests(held) != self.feedBook.applied else { return }
            guard try await self.bringShared(held) else { return }
            try await self.applyFeeds(changed: nil, isElsewhere: true)
        }
    }

    /// The feeds that count.
    func heldFeeds() async throws -> [Feed] {
        try await ledger.read { try $0.feeds().filter { $0.isEnabled && $0.held != nil } }
    }

    static func digests(_ held: [Feed]) -> [String: String] {
        Dictionary(
            held.map { ($0.name, $0.held?.digest ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// Brings the content of feeds here that this process does not have.
    ///
    /// - Returns: whether all of it is here now; else the next time tries again.
    func bringShared(_ held: [Feed]) async throws -> Bool {
        guard ledger.isShared, let shelf else { return true }
        var isWhole = true
        for feed in held {
            guard let digest = feed.held?.digest else { continue }
            if try await isHere(feed.name, digest) { continue }
            guard let bytes = try await sharedContent(feed.name, digest) else {
                isWhole = false
                continue
            }
            guard case .draft(let draft) = try await shelf.take(bytes, for: feed.name),
                draft.digest == digest
            else {
                isWhole = false
                continue
            }
            try await shelf.keep(feed.name, as: .held)
            feedBook.note(shelved: digest, of: feed.name)
        }
        return isWhole
    }

    private func isHere(_ feed: String, _ digest: String) async throws -> Bool {
        if let known = feedBook.shelved(feed) { return known == digest }
        guard let bytes = try await shelf?.content(of: feed) else { return false }
        let own = Digest.sha256Hex(bytes)
        feedBook.note(shelved: own, of: feed)
        return own == digest
    }

    private func sharedContent(_ feed: String, _ digest: String) async throws -> [UInt8]? {
        var bytes: [UInt8] = []
        var part = 0
        while true {
            let place = part
            guard
                let piece = try await ledger.read({
                    try $0.feedContent(feed, digest: digest, part: place)
                })
            else { break }
            bytes += piece
            part += 1
        }
        // The last piece is shorter than the others, empty at worst, so that the end is known.
        guard part > 0, bytes.count < part * FeedContentPart.largest else { return nil }
        return Digest.sha256Hex(bytes) == digest ? bytes : nil
    }

    /// Puts what this process now holds of a feed where others on the same database find it, before
    /// they are told of it.
    func share(_ feed: String, digest: String) async throws {
        feedBook.note(shelved: digest, of: feed)
        guard ledger.isShared, let bytes = try await shelf?.content(of: feed) else { return }
        var start = 0
        var number = 0
        while true {
            let end = min(start + FeedContentPart.largest, bytes.count)
            let part = FeedContentPart(
                feed: feed, digest: digest, number: number, bytes: Array(bytes[start..<end]))
            try await ledger.write { try $0.save(part) }
            guard end - start == FeedContentPart.largest else { return }
            (start, number) = (end, number + 1)
        }
    }
}
