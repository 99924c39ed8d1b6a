package import Advisories
package import Fleet
package import ServerRecords

/// What `FleetFindings` knows.
package struct FindingState: Sendable {
    package var fleet = FleetIndex(.empty)
    /// Endpoints by their numbers, which rise with their identifiers' times and are not given
    /// twice; `nil` for one that is gone.
    package private(set) var members: [Member?] = []
    package private(set) var numbers: [EndpointID: UInt32] = [:]
    package private(set) var tenants: [TenantID: EndpointSet] = [:]
    /// Interned software by release: its row where its standing is the usual one.
    private var rows: [FleetIndex.PlatformNumber: InternedRows] = [:]
    private var platforms: [OperatingSystem: (number: FleetIndex.PlatformNumber, place: Int32)] =
        [:]
    /// The operating systems of the fleet, once each.
    package private(set) var systems: [OperatingSystem] = []
    package private(set) var known: [KnownFinding.Key: Timestamp] = [:]
    /// When findings began on endpoints that a scan brought them to.
    private var starts: [StartKey: Timestamp] = [:]
    private var startNames: [String: UInt32] = [:]
    /// The names of the fleet's zones, once each.
    private var zones: Set<String> = []
    package var standings = StandingTable()
    package var rankings: [Scope: [RankedVulnerability]] = [:]
    /// Whether the whole fleet has been read once.
    package var isBuilt = false

    /// Knows nothing yet.
    package init() {}

    /// What is remembered of an endpoint.
    package struct Member: Sendable {
        package let id: EndpointID
        package fileprivate(set) var tenant: TenantID
        let enrolledAt: Timestamp
        /// Its operating system, a place in `systems`.
        package var system: Int32 = 0
        /// The name of its zone.
        fileprivate(set) var zone: String
        /// Tells whether inventory and footing are those that were last taken.
        let stamp: Int
    }

    private struct StartKey: Hashable, Sendable {
        let endpoint: UInt32
        let vulnerability: UInt32
    }

    /// The endpoints that a scope sees; `nil` for all.
    package func endpoints(in scope: Scope) -> EndpointSet? {
        scope.tenant.map { tenants[$0] ?? EndpointSet() }
    }

    /// The member with a number.
    package func member(_ number: UInt32) -> Member? {
        members.indices.contains(Int(number)) ? members[Int(number)] : nil
    }

    package func makeRanking(in scope: Scope) -> [RankedVulnerability] {
        let classes = contexts(in: scope)
        return fleet.vulnerabilities.compactMap { number in
            fleet.worst(of: number, on: classes).map {
                RankedVulnerability(number: number, name: fleet.name(of: number), worst: $0)
            }
        }.sorted { $0.comes(before: ($1.worst.risk.value, $1.name)) }
    }

    /// The endpoints that a scope sees, by exposure and criticality.
    package func contexts(
        in scope: Scope
    ) -> [(context: EndpointContext, endpoints: FleetIndex.Audience)] {
        let visible = endpoints(in: scope)
        var byContext: [EndpointContext: EndpointSet] = [:]
        for each in standings.classes {
            let seen = visible.map { each.endpoints.intersection($0) } ?? each.endpoints
            byContext[each.standing.context, default: EndpointSet()].formUnion(seen)
        }
        return byContext.filter { !$0.value.isEmpty }.map { ($0.key, fleet.audience($0.value)) }
    }

    // MARK: Standings

    /// The tenants that a scope sees and that have endpoints.
    package func tenants(in scope: Scope) -> [TenantID] {
        tenants.keys.filter { scope.includes($0) }.sorted()
    }

    /// The endpoints of a tenant whose standing must be read again; whoever asks reads them.
    package mutating func takeUnsettled(
        of tenant: TenantID, stamp: String
    ) -> [(number: UInt32, id: EndpointID, zone: String)] {
        standings.takeUnsettled(tenants[tenant] ?? EndpointSet(), of: tenant, stamp: stamp)
            .numbers.compactMap { number in
                member(number).map { (number, $0.id, $0.zone) }
            }
    }

    /// Takes how endpoints stand.
    package mutating func settle(_ settled: [(number: UInt32, standing: EndpointStanding)]) {
        var isNew = false
        for each in settled where member(each.number) != nil {
            if standings.set(each.standing, of: each.number) { isNew = true }
        }
        if isNew { rankings = [:] }
    }

    // MARK: Taking endpoints

    /// The software of these endpoints that has no row on their release yet.
    package mutating func unknownSoftware(of members: [FleetMember]) -> Set<Int64> {
        var unknown: Set<Int64> = []
        for member in members {
            guard let footing = member.footing else { continue }
            unknown.formUnion(self.unknown(in: member.software, on: platform(of: footing.os)))
        }
        return unknown
    }

    private func unknown(
        in software: [Int64], on platform: FleetIndex.PlatformNumber
    ) -> [Int64] {
        let known = rows[platform] ?? InternedRows()
        return software.filter { known[$0] == nil }
    }

    private mutating func platform(of os: OperatingSystem) -> FleetIndex.PlatformNumber {
        if let known = platforms[os] { return known.number }
        let number = fleet.register(Platform(os, known: fleet.index.distributionReleases))
        platforms[os] = (number, Int32(truncatingIfNeeded: systems.count))
        systems.append(os)
        return number
    }

    /// Makes rows of software that is new on a release. Packages of one source that come together
    /// tell each other the source's epoch.
    private mutating func learn(_ packages: [(Int64, Package)], on os: OperatingSystem) {
        let platform = platform(of: os)
        let software = EndpointSoftware(os: os, rows: packages.map { SoftwareRow($0.1) })
        for (place, row) in software.rows.enumerated() {
            let number = fleet.register(CountedRow(row), on: platform)
            rows[platform, default: InternedRows()][packages[place].0] = InternedRows.Row(
                number: number, isKernel: row.isKernel)
        }
    }

    /// Takes an endpoint as it is now, and returns what changed in its findings; `nil` when it is
    /// new, or nothing changed.
    package mutating func take(
        _ member: FleetMember, packages: [Int64: Package], at now: Timestamp
    ) -> FindingChange? {
        guard let footing = member.footing else { return nil }
        var record = Member(member, footing)
        share(&record)
        if let number = numbers[member.id] {
            // A scan may have changed what policies ask for, whatever it says of the software.
            standings.unsettle(number)
            if members[Int(number)]?.stamp == record.stamp { return nil }
        }
        let platform = platform(of: footing.os)
        record.system = platforms[footing.os]?.place ?? 0
        if !packages.isEmpty {
            let unknown = unknown(in: member.software, on: platform)
            learn(unknown.compactMap { id in packages[id].map { (id, $0) } }, on: footing.os)
        }
        let current = counted(member.software, footing, on: platform)
        rankings = [:]
        guard let number = numbers[member.id] else {
            let number = UInt32(truncatingIfNeeded: members.count)
            numbers[member.id] = number
            members.append(record)
            tenants[member.tenant, default: EndpointSet()].insert(number)
            _ = standings.set(.usual, of: number)
            standings.unsettle(number)
            fleet.set(current, of: number)
            return nil
        }
        members[Int(number)] = record
        let (before, after) = (Set(fleet.rows(of: number)), Set(current))
        let (removed, added) = (before.subtracting(after), after.subtracting(before))
        if removed.isEmpty, added.isEmpty { return nil }
        let had = vulnerabilities(in: before)
        let since = knownTimes(in: removed)
        fleet.apply(endpoint: number, removed: Array(removed), added: Array(added))
        let has = vulnerabilities(in: after)
        let (gained, lost) = (has.subtracting(had).sorted(), had.subtracting(has).sorted())
        var began: [String: Timestamp] = [:]
        for name in lost {
            began[name] = detected(name, on: number, known: since[name] ?? record.enrolledAt)
        }
        for name in gained { begin(name, on: number, at: now) }
        for name in lost { starts[startKey(name, number)] = nil }
        if gained.isEmpty, lost.isEmpty { return nil }
        return FindingChange(
            endpoint: member.id, tenant: member.tenant, gained: gained, lost: lost, at: now,
            began: began)
    }

    /// Makes what many endpoints have the same text, so that it is in memory once.
    private mutating func share(_ record: inout Member) {
        if let place = tenants.index(forKey: record.tenant) { record.tenant = tenants[place].key }
        record.zone = zones.insert(record.zone).memberAfterInsert
    }

    private func vulnerabilities(in rows: Set<FleetIndex.SoftwareNumber>) -> Set<String> {
        var names: Set<String> = []
        for row in rows {
            for finding in fleet.findings(in: row) { names.insert(finding.vulnerability) }
        }
        return names
    }

    /// The rows that count: the usual ones by their numbers; kernels and replaced code as they run.
    private mutating func counted(
        _ software: [Int64], _ footing: SoftwareFooting, on platform: FleetIndex.PlatformNumber
    ) -> [FleetIndex.SoftwareNumber] {
        let known = rows[platform] ?? InternedRows()
        var result: [FleetIndex.SoftwareNumber] = []
        result.reserveCapacity(software.count)
        let replaced = Set(footing.replaced)
        var special: [SoftwareRow] = []
        for id in software {
            guard let row = known[id] else { continue }
            if row.isKernel {
                special.append(fleet.software(row.number).row)
            } else if !replaced.isEmpty,
                replaced.contains(fleet.software(row.number).row.name)
            {
                special.append(fleet.software(row.number).row)
            } else {
                result.append(row.number)
            }
        }
        guard !special.isEmpty else { return result }
        var code = ReplacedCode()
        for name in footing.replaced { code.addNames(in: name) }
        let endpoint = EndpointSoftware(
            os: footing.os, runningKernel: footing.kernel, rows: special, replaced: code)
        return result + endpoint.counted.map { fleet.register($0, on: platform) }
    }

    /// Forgets an endpoint that was retired.
    package mutating func remove(_ id: EndpointID) {
        guard let number = numbers.removeValue(forKey: id) else { return }
        fleet.apply(endpoint: number, removed: fleet.rows(of: number))
        if let tenant = members[Int(number)]?.tenant { tenants[tenant]?.remove(number) }
        members[Int(number)] = nil
        standings.remove(number)
        starts = starts.filter { $0.key.endpoint != number }
        rankings = [:]
    }

    // MARK: Since when

    private mutating func startKey(_ name: String, _ endpoint: UInt32) -> StartKey {
        let known = startNames[name] ?? UInt32(truncatingIfNeeded: startNames.count)
        startNames[name] = known
        return StartKey(endpoint: endpoint, vulnerability: known)
    }

    private mutating func begin(_ name: String, on endpoint: UInt32, at instant: Timestamp) {
        let key = startKey(name, endpoint)
        if starts[key] == nil { starts[key] = instant }
    }

    /// Takes when findings began, as the store knows it.
    package mutating func remember(_ begun: [FindingStart]) {
        for start in begun {
            guard let number = numbers[start.endpoint] else { continue }
            starts[startKey(start.vulnerability, number)] = start.at
        }
    }

    /// Since when an endpoint has a vulnerability that its software is known to have since `known`:
    /// since a scan brought it, or else since it enrolled.
    package func detected(
        _ name: String, on endpoint: UInt32, known: Timestamp
    ) -> Timestamp {
        let began = startNames[name].flatMap {
            starts[StartKey(endpoint: endpoint, vulnerability: $0)]
        }
        return max(began ?? member(endpoint)?.enrolledAt ?? known, known)
    }

    /// Takes what the store knows.
    package mutating func remember(_ findings: [KnownFinding]) {
        for finding in findings { known[finding.key] = finding.since }
    }

    /// The findings that have come up since this was last asked, to be stored: they are known from
    /// now on.
    package mutating func newlyKnown(at now: Timestamp) -> [KnownFinding] {
        var new: [KnownFinding] = []
        for row in fleet.takeChangedRows() {
            let software = fleet.software(row)
            for finding in fleet.findings(in: row) {
                let key = Self.key(finding.vulnerability, software)
                if known[key] != nil { continue }
                known[key] = now
                new.append(KnownFinding(key: key, since: now))
            }
        }
        return new
    }

    /// By what it is remembered since when a row has a vulnerability.
    package static func key(_ vulnerability: String, _ software: FleetIndex.Software)
        -> KnownFinding.Key
    {
        KnownFinding.Key(
            vulnerability: vulnerability,
            release: software.row.ecosystem ?? software.platform.label,
            source: software.row.source)
    }
}

extension Platform {
    /// The release in words: the distribution, and the most telling of its names.
    package var label: String {
        let names = releases.map(\.release).filter { !$0.isEmpty }
        let distribution = releases.first?.distribution ?? "unknown"
        return names.first.map { "\(distribution) \($0)" } ?? distribution
    }
}

extension FindingState.Member {
    init(_ member: FleetMember, _ footing: SoftwareFooting) {
        id = member.id
        tenant = member.tenant
        enrolledAt = member.enrolledAt
        zone = footing.timeZone
        var hasher = Hasher()
        hasher.combine(member.inventoryDigest)
        hasher.combine(footing)
        stamp = hasher.finalize()
    }
}
