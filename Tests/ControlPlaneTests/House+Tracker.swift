import Administration
import Advisories
import AdvisoryFormats
import ControlPlane
import Fleet
import Intelligence
import ServerRecords

extension House {
    /// A house whose feed `tracker` has told of vulnerabilities in source packages of Debian. Where
    /// the shelf has the catalogue of exploited ones, it `hasCatalogue`.
    static func tracking(
        _ records: [FeedRecord], shelf: TestShelf = TestShelf(), hasCatalogue: Bool = false
    ) async throws -> House {
        shelf.publish("tracker", .init(format: .debianTracker, records: records))
        let house = try await House(shelf: shelf)
        for name in hasCatalogue ? ["tracker", "kev"] : ["tracker"] {
            _ = try await house.useCases.addFeed(
                NewFeed(name: name, source: "https://feeds.example.org/\(name)"),
                by: house.administrator)
        }
        try await house.useCases.refreshDueFeeds()
        return house
    }
}
