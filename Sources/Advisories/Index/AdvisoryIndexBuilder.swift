import Fleet
import Versions

/// Builds an index, record by record, in any order of feeds and records: the matches do not depend
/// on it.
public struct AdvisoryIndexBuilder {
    private var index = AdvisoryIndex()
    private let wanted: Set<String>?

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
            if isNewer(record, than: index.knowledge[record.id]?.record) {
                index.knowledge[record.id, default: .init()].record = record
            }
        case .knownExploited(let entry):
            index.knowledge[entry.vulnerability, default: .init()].exploited = entry
        case .exploitProbability(let probability):
            index.knowledge[probability.vulnerability, default: .init()].probability = probability
        case .endOfLifeCycle(let cycle): index.cycles.append(cycle)
        case .distributionRelease(let release): index.distributionReleases.append(release)
        }
    }

    /// The index of what was added.
    public consuming func build() -> AdvisoryIndex { index }

    /// Of two records of one vulnerability, the one that CISA has enriched stands, then the later.
    private func isNewer(_ record: VulnerabilityRecord, than known: VulnerabilityRecord?) -> Bool {
        guard let known else { return true }
        if (record.ssvc == nil) != (known.ssvc == nil) { return record.ssvc != nil }
        return (record.modified?.milliseconds ?? 0) >= (known.modified?.milliseconds ?? 0)
    }

    private mutating func add(_ advisory: Advisory) {
        guard advisory.withdrawn == nil, !advisory.vulnerabilities.isEmpty else { return }
        var notice: Int32?
        for package in advisory.affected {
            // A scope is noted even where no wanted package is in it: that a feed speaks of a
            // release is what tells "nothing found" from "nothing known".
            let scope = scopeNumber(package.scope)
            let name = PackageNaming.canonical(package.name, in: package.scope)
            if let wanted, !wanted.contains(name) { continue }
            let number = notice ?? addNotice(advisory)
            notice = number
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
        return Int32(truncatingIfNeeded: index.notices.count - 1)
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
        } else if !hasRanges, package.status != .notAffected {
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
        index.restrictions.append(
            .init(architectures: package.architectures, module: package.module))
        return Int32(truncatingIfNeeded: index.restrictions.count - 1)
    }

    /// Turns events into runs of versions.
    private mutating func addSpans(_ range: AffectedRange, order: Ecosystem) {
        var open: Int32?
        for event in EventOrder.sorted(range.events, order: order) {
            switch event {
            case .introduced(let version):
                // Introduced twice without an end between: the run goes on.
                if open == nil { open = version == "0" ? -1 : index.versions.number(of: version) }
            case .fixed(let version): end(&open, version, .fixed)
            case .lastAffected(let version): end(&open, version, .lastAffected)
            case .limit(let version): end(&open, version, .limit)
            }
        }
        if let open { index.spans.append(.init(introduced: open, end: -1, endKind: .fixed)) }
    }

    /// Ends a run. Without a beginning it is no run: a second end adds nothing.
    private mutating func end(
        _ open: inout Int32?, _ version: String, _ kind: AdvisoryIndex.Span.End
    ) {
        guard let introduced = open else { return }
        open = nil
        index.spans.append(
            .init(introduced: introduced, end: index.versions.number(of: version), endKind: kind))
    }
}

extension PackageScope {
    var isRelease: Bool {
        if case .release = self { true } else { false }
    }
}

/// The order in which events are read.
enum EventOrder {
    /// The events by version, introductions first where versions are equal; in the source's order
    /// where there are two at most or a version cannot be read.
    static func sorted(_ events: [AffectedRange.Event], order: Ecosystem) -> [AffectedRange.Event] {
        if case .introduced? = events.first, events.count <= 2 { return events }
        var keyed: [(version: String, event: AffectedRange.Event)] = []
        for event in events {
            let version = event.version
            if version != "0", (try? order.compare(version, version)) == nil { return events }
            keyed.append((version, event))
        }
        return keyed.enumerated().sorted { left, right in
            let difference = compare(left.element.version, right.element.version, order)
            if difference != 0 { return difference < 0 }
            let starts = (left.element.event.isStart, right.element.event.isStart)
            if starts.0 != starts.1 { return starts.1 }
            return left.offset < right.offset
        }.map(\.element.event)
    }

    /// `0` stands before every version.
    private static func compare(_ a: String, _ b: String, _ order: Ecosystem) -> Int {
        if a == b { return 0 }
        if a == "0" { return -1 }
        if b == "0" { return 1 }
        switch try? order.compare(a, b) {
        case .less: return -1
        case .greater: return 1
        default: return 0
        }
    }
}

extension AffectedRange.Event {
    var version: String {
        switch self {
        case .introduced(let version), .fixed(let version), .lastAffected(let version),
            .limit(let version):
            version
        }
    }

    var isStart: Bool {
        if case .introduced = self { true } else { false }
    }
}
