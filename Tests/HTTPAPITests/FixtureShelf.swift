import Intelligence
import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import ServerRecords
import Versions

@testable import HTTPAPI

/// Two feeds that say one thing each: a tracker of Debian 12, and a catalogue of what is exploited.
struct FixtureShelf: FeedShelf {
    static let vulnerability = "CVE-2026-1000"

    /// The feeds' names; the catalogue comes after the tracker.
    static let feeds = ["a-tracker", "b-kev"]

    func fetch(_ feed: Feed) async throws -> FeedArrival {
        if feed.held != nil { return .unchanged }
        return .draft(
            FeedDraft(
                format: feed.name == Self.feeds[0] ? "debianTracker" : "kev",
                state: .init(records: 1), rejected: 0, digest: feed.name, bytes: 2,
                validators: FeedValidators()))
    }

    func take(_ bytes: [UInt8], for feed: String) async throws -> FeedArrival {
        throw FeedTrouble("The content is in no known format.")
    }

    func keep(_ feed: String, as place: FeedPlace) async throws {}
    func confirm(_ feed: String) async throws {}
    func remove(_ feed: String) async {}
    func content(of feed: String) async throws -> [UInt8]? { Array("{}".utf8) }

    func index(of feeds: [String]) async throws -> AdvisoryIndex {
        var builder = AdvisoryIndexBuilder()
        for record in try await records(of: feeds) { builder.add(record) }
        return builder.build()
    }

    func records(of feeds: [String]) async throws -> [FeedRecord] {
        feeds.compactMap { feed in
            switch feed {
            case Self.feeds[0]: Self.tracker
            case Self.feeds[1]:
                .knownExploited(
                    KnownExploited(
                        vulnerability: Self.vulnerability, title: "It is used.",
                        added: Fixture.start))
            default: nil
            }
        }
    }

    private static let tracker = FeedRecord.advisory(
        Advisory(
            id: vulnerability,
            source: AdvisorySource(name: "debian-tracker", authority: .tracker),
            vulnerabilities: [vulnerability],
            affected: [
                AffectedPackage(
                    scope: .release(ReleaseName(distribution: "debian", release: "12")),
                    order: .deb, name: "openssl", counting: .source,
                    ranges: [.before(fix: "3.0.2-16")])
            ]))
}

extension Fixture {
    /// Feeds that make our endpoint, and not theirs, have a vulnerability, and an alert of it.
    static func addFeeds(_ useCases: UseCases) async throws {
        for name in FixtureShelf.feeds {
            _ = try await useCases.addFeed(
                NewFeed(name: name, source: "https://feeds.example.org/\(name)"),
                by: .localAdministrator)
        }
        try await useCases.buildFindings()
        try await useCases.refreshDueFeeds()
    }
}
