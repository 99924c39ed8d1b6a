import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import ServerRecords
import Synchronization
import Trust
import Versions

/// Feeds whose content a test decides.
final class TestShelf: FeedShelf {
    /// What a feed says at one time.
    struct Content: Sendable {
        var format: FeedFormat
        var records: [FeedRecord]
        var newest: Timestamp?
        var isComplete = true
    }

    private struct State {
        var published: [String: Content] = [:]
        var draft: [String: Content] = [:]
        var pending: [String: Content] = [:]
        var held: [String: Content] = [:]
        var trouble: FeedTrouble?
        var asked: [String] = []
        var version = 0
    }

    private let state = Mutex(State())

    /// What the next fetch of a feed brings.
    func publish(_ feed: String, _ content: Content) {
        state.withLock { $0.published[feed] = content }
    }

    /// The feeds that were asked for, in their order.
    var asked: [String] { state.withLock { $0.asked } }

    /// What every fetch from now on ends with.
    func fail(_ trouble: FeedTrouble?) { state.withLock { $0.trouble = trouble } }

    func fetch(_ feed: Feed) async throws -> FeedArrival {
        try state.withLock { state in
            state.asked.append(feed.name)
            if let trouble = state.trouble { throw trouble }
            guard let content = state.published[feed.name] else { return .unchanged }
            return Self.arrive(content, feed.name, &state)
        }
    }

    func take(_ bytes: [UInt8], for feed: String) async throws -> FeedArrival {
        throw FeedTrouble("A test brings no bytes.")
    }

    private static func arrive(
        _ content: Content, _ feed: String, _ state: inout State
    ) -> FeedArrival {
        state.draft[feed] = content
        return .draft(
            FeedDraft(
                format: content.format.rawValue,
                state: FeedState(
                    records: content.records.count, newest: content.newest,
                    isComplete: content.isComplete), rejected: 0,
                digest: Digest.sha256Hex("\(content.records)"), bytes: 1,
                validators: FeedValidators()))
    }

    func keep(_ feed: String, as place: FeedPlace) async throws {
        state.withLock { state in
            let draft = state.draft.removeValue(forKey: feed)
            if place == .held { state.held[feed] = draft } else { state.pending[feed] = draft }
        }
    }

    func confirm(_ feed: String) async throws {
        state.withLock { $0.held[feed] = $0.pending.removeValue(forKey: feed) }
    }

    func remove(_ feed: String) async { state.withLock { $0.held[feed] = nil } }

    func index(of feeds: [String]) async throws -> AdvisoryIndex {
        var builder = AdvisoryIndexBuilder()
        for record in try await records(of: feeds) { builder.add(record) }
        return builder.build()
    }

    func records(of feeds: [String]) async throws -> [FeedRecord] {
        state.withLock { state in feeds.flatMap { state.held[$0]?.records ?? [] } }
    }

    func content(of feed: String) async throws -> [UInt8]? { [0x7B, 0x7D] }
}

extension FeedRecord {
    /// A tracker's word on a source package of a release of Debian.
    static func debian(
        _ cve: String, _ package: String, fixed: String?, release: String = "bookworm"
    ) -> FeedRecord {
        .advisory(
            Advisory(
                id: cve, source: AdvisorySource(name: "debian-tracker", authority: .tracker),
                vulnerabilities: [cve],
                affected: [
                    AffectedPackage(
                        scope: .release(ReleaseName(distribution: "debian", release: release)),
                        order: .deb, name: package, counting: .source,
                        ranges: fixed.map { [.before(fix: $0)] } ?? [])
                ]))
    }

    /// An entry of the catalogue.
    static func exploited(_ cve: String, added: Timestamp) -> FeedRecord {
        .knownExploited(KnownExploited(vulnerability: cve, title: "It is used.", added: added))
    }
}
