package import Fleet
import Policy
package import ServerRecords
import Synchronization
package import Verdicts

/// Keeps what feeds say ready between calls: it is read and put together again only when a feed has
/// said something new, or an operator has.
package final class VerdictShelf: Sendable {
    /// The most tenants whose verdicts are kept ready; when there are more, all are read again.
    private static let maximumTenants = 1_000

    private struct Stamp: Hashable {
        let tenant: TenantID?
        let name: String
        let held: VerdictFeedRecord.Held?
    }

    private struct Entry {
        let feeds: [Stamp]
        let own: [OwnVerdict]
        let index: VerdictIndex
    }

    private let entries = Mutex<[TenantID: Entry]>([:])

    /// The verdicts that count for a tenant.
    package func index(of tenant: TenantID, in records: any Records) throws -> VerdictIndex {
        let feeds = try records.verdictFeeds(in: .tenant(tenant))
        let own = try records.ownVerdicts(in: .tenant(tenant))
        let stamps = feeds.map { Stamp(tenant: $0.tenant, name: $0.name, held: $0.held) }
        if let entry = entries.withLock({ $0[tenant] }), entry.feeds == stamps, entry.own == own {
            return entry.index
        }
        var sources = try feeds.map { feed in
            VerdictSource(
                .feed(feed.name), try records.verdicts(of: feed), expiresAt: feed.held?.expiresAt)
        }
        sources += own.map { VerdictSource(.person($0.by), [$0.verdict]) }
        let index = VerdictIndex(sources)
        entries.withLock { entries in
            if entries.count >= Self.maximumTenants { entries.removeAll() }
            entries[tenant] = Entry(feeds: stamps, own: own, index: index)
        }
        return index
    }
}

extension KnownUpdate {
    /// The update with the verdict that counts for it on an endpoint of this operating system.
    func judged(by index: VerdictIndex, on os: OperatingSystem?, at now: Timestamp) -> KnownUpdate {
        var known = self
        known.subject.verdict = index.verdict(
            on: VerdictQuestion(
                package: subject.update.name, source: subject.source,
                version: subject.update.candidate, origin: subject.update.origin, os: os?.id,
                release: os?.versionId, vulnerabilities: subject.vulnerabilities), at: now)
        return known
    }
}
