import Fleet
import Versions

/// Builds an index, record by record, in any order of feeds and records: the matches do not depend
/// on it.
public struct AdvisoryIndexBuilder {
    private var index = AdvisoryIndex()
    private let wanted: Set<String>?
    /// By the place of a notice, its other names that are no CVE ids.
    private var aliases: [Int: [String]] = [:]
    /// Titles of notices about one vulnerability. They are kept where everything is.
    private var titles: [(notice: Int32, text: String)] = []
    /// Products of Microsoft that are no release of Windows.
    private var products: Set<String> = []
    /// What further records say of vulnerabilities that the index has one of.
    private var furtherRecords: [String: [VulnerabilityRecord]] = [:]

    /// An empty index.
    ///
    /// - Parameter names: the only package names that will be asked for, source packages included;
    ///   what is said of others is passed over, which saves time where one endpoint is matched.
    ///   `nil` keeps everything.
    public init(onlyFor names: Set<String>? = nil) {
        wanted = names
    }

    /// Takes one record.
    public mutating func add(_ record: FeedRecord) {
        switch record {
        case .advisory(let advisory): add(advisory)
        case .vulnerability(let record):
            add(record)
        case .knownExploited(let entry):
            let known = index.exploited[entry.vulnerability]
            index.exploited[entry.vulnerability] =
                known.map { KnownExploited.joined($0, entry) } ?? entry
        case .exploitProbability(let probability):
            let known = index.probabilities[probability.vulnerability]
            index.probabilities[probability.vulnerability] =
                known.map { ExploitProbability.later($0, probability) } ?? probability
        case .endOfLifeCycle(let cycle): index.cycles.append(cycle)
        case .distributionRelease(let release): index.distributionReleases.append(release)
        }
    }

    /// The index of what was added.
    public consuming func build() -> AdvisoryIndex {
        var built = index
        built.unmatchedProducts = products.count
        for (id, further) in furtherRecords {
            let known = built.records[id].map { [$0] } ?? []
            built.records[id] = VulnerabilityRecord.joined(known + further)
        }
        for record in built.records.values where record.isRejected {
            built.rejected.insert(built.vulnerabilities.number(of: record.id))
        }
        built.joinAliases(aliases)
        built.nameVulnerabilities(titles)
        return built
    }

    private mutating func add(_ record: VulnerabilityRecord) {
        guard let known = index.records[record.id] else {
            index.records[record.id] = record
            return
        }
        if known != record { furtherRecords[record.id, default: []].append(record) }
    }

    private mutating func add(_ advisory: Advisory) {
        guard advisory.withdrawn == nil, !advisory.vulnerabilities.isEmpty else { return }
        var notice: Int32?
        for package in advisory.affected {
            // A scope is noted even where no wanted package is in it: that a feed speaks of a
            // release is what tells "nothing found" from "nothing known".
            let scope = scopeNumber(package.scope)
            if package.scope == .microsoft { products.insert(package.name) }
            let name = PackageNaming.canonical(package.name, in: package.scope)
            if let wanted, !wanted.contains(name) { continue }
            let number = notice ?? addNotice(advisory)
            notice = number
            if case .ecosystem = package.scope, !advisory.aliases.isEmpty {
                noteAliases(of: advisory, notice: number)
            }
            addEntry(package, scope: scope, name: name, notice: number)
        }
    }

    private mutating func scopeNumber(_ scope: PackageScope) -> Int32 {
        if let known = index.scopes[scope] { return known }
        let number = Int32(truncatingIfNeeded: index.scopes.count)
        index.scopes[scope] = number
        if case .release(let release) = scope {
            index.releases[release.distribution, default: []].append((release, number))
        }
        return number
    }

    private mutating func addNotice(_ advisory: Advisory) -> Int32 {
        let first = index.noticeVulnerabilities.count
        for vulnerability in advisory.vulnerabilities {
            index.noticeVulnerabilities.append(index.vulnerabilities.number(of: vulnerability))
        }
        index.notices.append(
            .init(
                id: advisory.id, source: advisory.source, severity: advisory.severity,
                cvss: advisory.cvss, firstVulnerability: Int32(truncatingIfNeeded: first),
                vulnerabilityCount: Int32(truncatingIfNeeded: advisory.vulnerabilities.count)))
        if wanted == nil, advisory.vulnerabilities.count == 1, !advisory.title.isEmpty {
            titles.append((Int32(truncatingIfNeeded: index.notices.count - 1), advisory.title))
        }
        return Int32(truncatingIfNeeded: index.notices.count - 1)
    }

    /// Distributions' notices are about several vulnerabilities, and name them themselves.
    private mutating func noteAliases(of advisory: Advisory, notice: Int32) {
        guard advisory.vulnerabilities.count == 1, aliases[Int(notice)] == nil else { return }
        let others = advisory.aliases.filter { !AliasTable.isCVE($0) && $0 != advisory.id }
        if !others.isEmpty { aliases[Int(notice)] = others }
    }

    private mutating func addEntry(
        _ package: AffectedPackage, scope: Int32, name: String, notice: Int32
    ) {
        let key = AdvisoryIndex.Key(scope: scope, name: index.names.number(of: name))
        let number = Int32(truncatingIfNeeded: index.entries.count)
        let firstSpan = index.spans.count
        for range in package.ranges { addSpans(range, order: package.order) }
        // A distribution's list of versions repeats what its ranges say.
        let hasRanges = index.spans.count > firstSpan
        if !package.versions.isEmpty, !(hasRanges && package.scope.isRelease) {
            index.explicitVersions[number] = package.versions
        } else if package.ranges.isEmpty, package.status != .notAffected {
            index.spans.append(.init(introduced: -1, end: -1, endKind: .fixed))
        }
        index.entries.append(
            .init(
                notice: notice, next: index.heads[key] ?? -1,
                firstSpan: Int32(truncatingIfNeeded: firstSpan),
                spanCount: Int32(truncatingIfNeeded: index.spans.count - firstSpan),
                restriction: restriction(of: package), status: package.status,
                counting: package.counting, order: package.order, severity: package.severity))
        index.heads[key] = number
    }

    private mutating func restriction(of package: AffectedPackage) -> Int32 {
        if package.architectures.isEmpty, package.module == nil { return -1 }
        let restriction = AdvisoryIndex.Restriction(
            architectures: package.architectures, module: package.module)
        // The packages of one notice come in a row, and mostly have one.
        if index.restrictions.last != restriction { index.restrictions.append(restriction) }
        return Int32(truncatingIfNeeded: index.restrictions.count - 1)
    }

    /// Turns events into runs of versions. Nearly all ranges are one run, and need no sorting.
    private mutating func addSpans(_ range: AffectedRange, order: Ecosystem) {
        if range.events.count <= 2, case .introduced(let start)? = range.events.first {
            let introduced = start == "0" ? -1 : index.versions.number(of: start)
            switch range.events.last {
            case .fixed(let end)?: return addSpan(introduced, end, .fixed)
            case .lastAffected(let end)?: return addSpan(introduced, end, .lastAffected)
            case .introduced? where range.events.count == 1:
                return index.spans.append(.init(introduced: introduced, end: -1, endKind: .fixed))
            default: break
            }
        }
        do {
            let set = try VersionRangeSet(events: range.events, in: order)
            let limits = Set(range.events.compactMap(\.limitVersion))
                .subtracting(range.events.compactMap(\.fixVersion))
            for range in set.ranges { addSpan(range, order, limits: limits) }
        } catch {
            // A bound that cannot be read: a run that begins with it makes every comparison fail,
            // so that the packages it would be about are named as unreadable.
            let bound = range.events.first { (try? order.check($0.version)) == nil }
            index.spans.append(
                .init(
                    introduced: index.versions.number(of: bound?.version ?? ""), end: -1,
                    endKind: .fixed))
        }
    }

    private mutating func addSpan(
        _ range: VersionRange, _ order: Ecosystem, limits: Set<String>
    ) {
        var introduced: Int32 = -1
        var end: (version: String, kind: AdvisoryIndex.Span.End)?
        for constraint in range.constraints {
            let version = constraint.version
            switch constraint.comparison {
            case .before, .upTo:
                // Of two ends (a fix and a limit), the first.
                if let known = end?.version, (try? order.compare(known, version)) != .greater {
                    continue
                }
                // A limit comes after the range's own end; alone it is no fix either.
                let isLimit = end != nil || limits.contains(version)
                end = (
                    version,
                    isLimit ? .limit : constraint.comparison == .before ? .fixed : .lastAffected
                )
            default: introduced = index.versions.number(of: version)
            }
        }
        if let end {
            addSpan(introduced, end.version, end.kind)
        } else {
            index.spans.append(.init(introduced: introduced, end: -1, endKind: .fixed))
        }
    }

    private mutating func addSpan(
        _ introduced: Int32, _ end: String, _ kind: AdvisoryIndex.Span.End
    ) {
        index.spans.append(
            .init(introduced: introduced, end: index.versions.number(of: end), endKind: kind))
    }
}

extension PackageScope {
    var isRelease: Bool {
        if case .release = self { true } else { false }
    }
}

extension VersionEvent {
    fileprivate var limitVersion: String? {
        if case .limit(let version) = self { version } else { nil }
    }

    fileprivate var fixVersion: String? {
        if case .fixed(let version) = self { version } else { nil }
    }
}

extension AdvisoryIndex {
    /// Notes what notices call vulnerabilities: the nearest publisher's title counts, of equals the
    /// first in the order of texts, so that the order of feeds changes nothing.
    fileprivate mutating func nameVulnerabilities(_ given: [(notice: Int32, text: String)]) {
        var authorities: [Int32: AdvisorySource.Authority] = [:]
        for (place, text) in given {
            let notice = notices[Int(place)]
            let number = noticeVulnerabilities[Int(notice.firstVulnerability)]
            let authority = notice.source.authority
            if let known = authorities[number], let title = titles[number],
                known > authority || (known == authority && title <= text)
            {
                continue
            }
            authorities[number] = authority
            titles[number] = text
        }
    }
}
