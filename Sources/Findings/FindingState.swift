package import Advisories
package import Fleet
package import ServerRecords

/// What `FleetFindings` knows.
package struct FindingState: Sendable {
    package var fleet = FleetIndex(.empty)
    /// The endpoints.
    package private(set) var numbers = MemberTable()
    package private(set) var tenants: [TenantID: EndpointSet] = [:]
    /// Interned software by release: its row where its standing is the usual one.
    private var rows: [FleetIndex.PlatformNumber: InternedRows] = [:]
    private var platforms: [Ground: (number: FleetIndex.PlatformNumber, place: Int32)] = [:]
    /// Those of the endpoint that came last.
    private var lastFooting: (footing: SoftwareFooting, ground: EndpointShape)?
    private var lastGround: (ground: Ground, platform: (FleetIndex.PlatformNumber, Int32))?
    /// The operating systems of the fleet, once each.
    package private(set) var systems: [OperatingSystem] = []
    package private(set) var known: [KnownFinding.Key: Timestamp] = [:]
    /// When findings began on endpoints that a scan brought them to.
    private var starts: [StartKey: Timestamp] = [:]
    private var startNames: [String: UInt32] = [:]
    /// What endpoints have that is not their distribution's, once each; the first is nothing.
    private var foreign: [[ForeignPackages]] = [[]]
    private var foreignPlaces: [[ForeignPackages]: Int32] = [[]: 0]
    /// Kernels and replaced code, as they run, by what they were told from.
    private var special: [SpecialRows: [FleetIndex.SoftwareNumber]] = [:]
    /// Rows that stand for several pieces of software: who lacks one of those may have the row.
    private var manifold: Set<FleetIndex.SoftwareNumber> = []
    /// While the fleet is read.
    private var lookalikes = Lookalikes()
    package var standings = StandingTable()
    package var rankings: [Scope: [RankedVulnerability]] = [:]
    /// Rises with whatever changes what is found, or how endpoints stand.
    package private(set) var revision: UInt64 = 0
    /// Whether the whole fleet has been read once.
    package var isBuilt = false {
        didSet {
            lookalikes = Lookalikes()
            noteChange()
        }
    }

    /// Knows nothing yet.
    package init() {}

    /// What is remembered of an endpoint.
    package struct Member: Sendable {
        package let id: EndpointID
        package let tenant: TenantID
        let enrolledAt: Timestamp
        /// Its operating system, a place in `systems`.
        package var system: Int32 = 0
        /// The name of its zone.
        let zone: String
        /// What it has that is not its distribution's, a place in `foreign`.
        var foreign: Int32 = 0
        /// Tells whether inventory and footing are those that were last taken.
        let stamp: Int
    }

    /// What decides which records of feeds hold on an endpoint.
    private struct Ground: Hashable, Sendable {
        let os: OperatingSystem
        let channels: [String]

        init(_ footing: SoftwareFooting) {
            os = footing.os
            channels = footing.channels
        }
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
        numbers.member(number)
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
        if !settled.isEmpty { revision &+= 1 }
    }

    /// Notes that something else is found than before.
    package mutating func noteChange() {
        rankings = [:]
        revision &+= 1
    }

    // MARK: Taking endpoints

    /// The software of these endpoints that has no row on their release yet. Endpoints that share
    /// an inventory are looked at once.
    package mutating func unknownSoftware(in page: FleetPage) -> Set<Int64> {
        var unknown: Set<Int64> = []
        var looked: Set<EndpointShape> = []
        lookalikes.forgetNotes()
        for member in page.members {
            guard let footing = member.footing else { continue }
            let ground = ground(of: footing)
            for digest in [member.inventoryDigest, member.judgedDigest ?? ""] {
                let shape = EndpointShape(digest: digest, on: ground)
                guard let software = page.inventories[digest], looked.insert(shape).inserted
                else { continue }
                // What an endpoint has that has come by is known.
                let difference = lookalikes.note(shape, with: software, on: ground)
                let platform = platform(of: footing).number
                unknown.formUnion(
                    self.unknown(in: difference?.gained ?? software, on: platform))
            }
        }
        return unknown
    }

    private func unknown(
        in software: [Int64], on platform: FleetIndex.PlatformNumber
    ) -> [Int64] {
        guard let known = rows[platform] else { return software }
        var unknown: [Int64] = []
        known.look(up: software) { number, row in if row == nil { unknown.append(number) } }
        return unknown
    }

    /// What endpoints with this footing have in common.
    private mutating func ground(of footing: SoftwareFooting) -> EndpointShape {
        if let lastFooting, lastFooting.footing == footing { return lastFooting.ground }
        let ground = EndpointShape(footing: footing)
        lastFooting = (footing, ground)
        return ground
    }

    private mutating func platform(
        of footing: SoftwareFooting
    ) -> (number: FleetIndex.PlatformNumber, place: Int32) {
        let ground = Ground(footing)
        // Endpoints mostly have what the one before them has: to compare is less work than to hash.
        if let lastGround, lastGround.ground == ground { return lastGround.platform }
        let platform = platforms[ground] ?? newPlatform(of: ground, footing)
        lastGround = (ground, platform)
        return platform
    }

    private mutating func newPlatform(
        of ground: Ground, _ footing: SoftwareFooting
    ) -> (number: FleetIndex.PlatformNumber, place: Int32) {
        let number = fleet.register(
            Platform(
                footing.os, channels: footing.channels, known: fleet.index.distributionReleases))
        let place = systems.firstIndex(of: footing.os) ?? systems.count
        if place == systems.count { systems.append(footing.os) }
        let platform = (number, Int32(truncatingIfNeeded: place))
        platforms[ground] = platform
        return platform
    }

    /// What an endpoint has that is not its distribution's.
    package func foreignPackages(of number: UInt32) -> [ForeignPackages] {
        foreign[Int(numbers.foreign(of: number) ?? 0)]
    }

    /// Makes rows of software that is new on a release. Packages of one source that come together
    /// tell each other the source's epoch.
    private mutating func learn(_ packages: [(Int64, Package)], on footing: SoftwareFooting) {
        let platform = platform(of: footing).number
        let software = EndpointSoftware(os: footing.os, rows: packages.map { SoftwareRow($0.1) })
        for (place, row) in software.rows.enumerated() {
            let count = fleet.softwareCount
            let number = fleet.register(CountedRow(row), on: platform)
            if fleet.softwareCount == count { manifold.insert(number) }
            rows[platform, default: InternedRows()][packages[place].0] = InternedRows.Row(
                number: number, isKernel: row.isKernel)
        }
    }

    /// Takes an endpoint as it is now, and returns what changed in its findings; `nil` when it is
    /// new, or nothing changed, or its inventory is not among the given ones.
    package mutating func take(
        _ member: FleetMember, of inventories: [String: [Int64]], packages: [Int64: Package],
        at now: Timestamp
    ) -> FindingChange? {
        guard let footing = member.footing, let software = inventories[member.inventoryDigest]
        else { return nil }
        var record = Member(member, footing)
        let number = numbers[member.id]
        if let number {
            // A scan may have changed what policies ask for, whatever it says of the software.
            standings.unsettle(number)
            if numbers.stamp(of: number) == record.stamp { return nil }
        }
        let (platform, place) = platform(of: footing)
        record.system = place
        record.foreign = foreignPlace(of: footing.foreign)
        noteChange()
        guard let number else {
            takeNew(member, record, software, footing, on: platform, learning: packages)
            return nil
        }
        let current = counted(software, footing, on: platform, learning: packages)
        numbers.replace(number, by: record)
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

    /// Takes an endpoint that is not known yet. While the fleet is read, what it has is told from
    /// one that has come by, where there is one with the same or nearly the same.
    private mutating func takeNew(
        _ member: FleetMember, _ record: Member, _ software: [Int64], _ footing: SoftwareFooting,
        on platform: FleetIndex.PlatformNumber, learning packages: [Int64: Package]
    ) {
        let number = add(record, in: member.tenant)
        if isBuilt {
            let rows = counted(software, footing, on: platform, learning: packages)
            return fleet.set(rows, of: number)
        }
        let ground = ground(of: footing)
        let shape = EndpointShape(digest: member.inventoryDigest, on: ground)
        if let twin = lookalikes.twin(of: shape), numbers.stamp(of: twin.number) == twin.stamp {
            return fleet.set(number, asOn: twin.number)
        }
        let seen = Lookalikes.Seen(number: number, stamp: record.stamp)
        lookalikes.remember(seen, as: shape)
        let difference = lookalikes.difference(of: shape, with: software, on: ground)
        if let difference,
            setNearly(number, difference, footing, on: platform, learning: packages)
        {
            return
        }
        fleet.set(counted(software, footing, on: platform, learning: packages), of: number)
        if unknown(in: software, on: platform).isEmpty {
            lookalikes.remember(seen, with: software, on: ground)
        }
    }

    /// Takes for an endpoint what one has that has come by, but for what differs; returns whether
    /// it did. Kernels and replaced code do not count by themselves, and software that shares its
    /// row with other software does not tell who has the row: with such differences it does not.
    private mutating func setNearly(
        _ number: UInt32, _ difference: Lookalikes.Difference, _ footing: SoftwareFooting,
        on platform: FleetIndex.PlatformNumber, learning packages: [Int64: Package]
    ) -> Bool {
        let model = difference.from
        guard numbers.stamp(of: model.number) == model.stamp else {
            lookalikes.forget(model, on: ground(of: footing))
            return false
        }
        let new = unknown(in: difference.gained, on: platform).compactMap { id in
            packages[id].map { (id, $0) }
        }
        if !new.isEmpty { learn(new, on: footing) }
        guard let lost = plainRows(of: difference.lost, footing, on: platform),
            let gained = plainRows(of: difference.gained, footing, on: platform)
        else { return false }
        return fleet.set(number, asOn: model.number, without: lost, with: gained)
    }

    /// The rows of software that counts by itself; `nil` where some does not, or has no row.
    private func plainRows(
        of software: [Int64], _ footing: SoftwareFooting, on platform: FleetIndex.PlatformNumber
    ) -> [FleetIndex.SoftwareNumber]? {
        guard let known = rows[platform] else { return nil }
        var plain: [FleetIndex.SoftwareNumber] = []
        plain.reserveCapacity(software.count)
        for number in software {
            guard let row = known[number], !row.isKernel,
                manifold.isEmpty || !manifold.contains(row.number),
                footing.replaced.isEmpty
                    || !footing.replaced.contains(fleet.packageName(of: row.number))
            else { return nil }
            plain.append(row.number)
        }
        return plain
    }

    /// Adds an endpoint that has no software yet.
    private mutating func add(_ record: Member, in tenant: TenantID) -> UInt32 {
        let number = numbers.append(record)
        tenants[tenant, default: EndpointSet()].insert(number)
        _ = standings.set(.usual, of: number)
        standings.unsettle(number)
        return number
    }

    private mutating func foreignPlace(of packages: [ForeignPackages]) -> Int32 {
        if let known = foreignPlaces[packages] { return known }
        let place = Int32(truncatingIfNeeded: foreign.count)
        foreign.append(packages)
        foreignPlaces[packages] = place
        return place
    }

    private func vulnerabilities(in rows: Set<FleetIndex.SoftwareNumber>) -> Set<String> {
        var names: Set<String> = []
        for row in rows {
            for finding in fleet.findings(in: row) { names.insert(finding.vulnerability) }
        }
        return names
    }

    /// The rows that count: the usual ones by their numbers; kernels and replaced code as they run.
    /// Software that has no row yet gets one, where its package is given.
    private mutating func counted(
        _ software: [Int64], _ footing: SoftwareFooting, on platform: FleetIndex.PlatformNumber,
        learning packages: [Int64: Package] = [:]
    ) -> [FleetIndex.SoftwareNumber] {
        var (usual, others): ([FleetIndex.SoftwareNumber], [FleetIndex.SoftwareNumber]) = ([], [])
        var unknown: [Int64] = []
        usual.reserveCapacity(software.count + 1)
        if let system = OperatingSystemRow.row(of: footing.os) {
            usual.append(fleet.register(CountedRow(system), on: platform))
        }
        let replaced = Set(footing.replaced)
        rows[platform, default: InternedRows()].look(up: software) { number, row in
            guard let row else { return unknown.append(number) }
            if row.isKernel
                || (!replaced.isEmpty && replaced.contains(fleet.packageName(of: row.number)))
            {
                others.append(row.number)
            } else {
                usual.append(row.number)
            }
        }
        let new = unknown.compactMap { id in packages[id].map { (id, $0) } }
        if !new.isEmpty {
            learn(new, on: footing)
            return counted(software, footing, on: platform)
        }
        if others.isEmpty { return usual }
        let key = SpecialRows(
            platform: platform, kernel: footing.kernel, replaced: footing.replaced, rows: others)
        if let running = special[key] { return usual + running }
        let running = asTheyRun(others, footing, on: platform)
        if special.count >= SpecialRows.mostRemembered { special = [:] }
        special[key] = running
        return usual + running
    }

    private mutating func asTheyRun(
        _ rows: [FleetIndex.SoftwareNumber], _ footing: SoftwareFooting,
        on platform: FleetIndex.PlatformNumber
    ) -> [FleetIndex.SoftwareNumber] {
        var code = ReplacedCode()
        for name in footing.replaced { code.addNames(in: name) }
        let endpoint = EndpointSoftware(
            os: footing.os, runningKernel: footing.kernel,
            rows: rows.map { fleet.software($0).row }, replaced: code)
        return endpoint.counted.map { fleet.register($0, on: platform) }
    }

    /// Forgets an endpoint that was retired.
    package mutating func remove(_ id: EndpointID) {
        guard let number = numbers[id] else { return }
        fleet.apply(endpoint: number, removed: fleet.rows(of: number))
        if let tenant = member(number)?.tenant { tenants[tenant]?.remove(number) }
        numbers.remove(number)
        standings.remove(number)
        starts = starts.filter { $0.key.endpoint != number }
        noteChange()
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
        return max(began ?? numbers.enrolment(of: endpoint) ?? known, known)
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
            let vulnerabilities = fleet.vulnerabilities(in: row)
            if vulnerabilities.isEmpty { continue }
            var key = Self.key("", fleet.software(row))
            for vulnerability in vulnerabilities {
                key.vulnerability = fleet.name(of: vulnerability)
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
