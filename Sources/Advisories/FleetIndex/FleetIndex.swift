/// Which endpoints of a fleet have which software, and so which vulnerabilities: each distinct row
/// of software is matched once, however many endpoints have it.
///
/// Endpoints are numbers that the caller gives (dense ones are kept smallest). What is found on an
/// endpoint is what is found in its rows; the rows are those of `EndpointSoftware.counted`, so that
/// the fleet answers as `Matcher` does for each endpoint by itself.
public struct FleetIndex: Sendable {
    /// A distinct row of software on a release of an operating system.
    public struct Software: Hashable, Sendable {
        /// The release.
        public var platform: Platform
        /// The package.
        public var row: SoftwareRow
        /// What runs of it.
        public var standing: CountedRow.Standing

        /// A row on a release.
        public init(
            platform: Platform, row: SoftwareRow, standing: CountedRow.Standing = .current
        ) {
            self.platform = platform
            self.row = row
            self.standing = standing
        }
    }

    /// A release's number in one fleet index.
    public struct PlatformNumber: Hashable, Sendable {
        let value: Int32
    }

    /// A row's number in one fleet index.
    public struct SoftwareNumber: Hashable, Sendable {
        @usableFromInline let value: Int32

        /// The number as an integer, for tables.
        @inlinable package var place: Int32 { value }

        /// The number that was such an integer. It is made for each package of each endpoint while
        /// a fleet is read.
        @inlinable package init(place: Int32) { value = place }

        init(value: Int32) { self.value = value }
    }

    private var platforms: [Platform] = []
    private var platformNumbers: [Platform: Int32] = [:]
    private var rows = RowTable()
    private(set) var holdings = Holdings()
    /// What is found in each row, by the row's number.
    private(set) var found: [[FoundEntry]] = []
    /// Lists of what is found, each once: the patch levels of a package between two fixes have the
    /// same. One that is not here is only kept again.
    private var sharedLists: Set<[FoundEntry]> = []
    /// The rows in which each vulnerability is found, by the vulnerability's number; they rise.
    private(set) var rowsByVulnerability: [[Int32]] = []
    /// Vulnerabilities, versions, advisories and reasons, once each.
    private(set) var texts = FoundTexts()
    /// The index that the fleet is matched with.
    public private(set) var index: AdvisoryIndex
    /// One for each platform of the fleet.
    private var matchers: [PlatformNumber: RowAssessor] = [:]
    /// Rows in which something else is found than when it was last asked.
    private var changedRows: Set<Int32> = []

    /// An empty fleet.
    public init(_ index: AdvisoryIndex) {
        self.index = index
    }

    /// How many distinct rows it holds.
    public var softwareCount: Int { rows.count }

    /// The memory that it takes to know which endpoint has which rows, in bytes.
    public var setByteCount: Int { holdings.byteCount }

    /// The number of a release, by which rows are registered.
    public mutating func register(_ platform: Platform) -> PlatformNumber {
        if let known = platformNumbers[platform] { return PlatformNumber(value: known) }
        let number = Int32(truncatingIfNeeded: platforms.count)
        platformNumbers[platform] = number
        platforms.append(platform)
        return PlatformNumber(value: number)
    }

    /// The number of a row, by which endpoints are joined to it. A row that is new to the fleet is
    /// matched now.
    public mutating func register(
        _ counted: CountedRow, on platform: PlatformNumber
    ) -> SoftwareNumber {
        let (number, isNew) = rows.number(of: counted, on: platform)
        guard isNew else { return SoftwareNumber(value: number) }
        holdings.addRow()
        let answer = match(counted, on: platform)
        found.append(answer)
        note(answer, in: number)
        return SoftwareNumber(value: number)
    }

    /// The number of a row on a release.
    public mutating func register(_ new: Software) -> SoftwareNumber {
        let platform = register(new.platform)
        return register(CountedRow(new.row, new.standing), on: platform)
    }

    /// Takes a change of one endpoint's software.
    public mutating func apply(
        endpoint: UInt32, removed: [SoftwareNumber] = [], added: [SoftwareNumber] = []
    ) {
        var rows = holdings.rows(of: endpoint)
        if !removed.isEmpty {
            let gone = Set(removed.map(\.value))
            rows.removeAll(where: gone.contains)
        }
        rows += added.lazy.map(\.value)
        take(rows, of: endpoint)
    }

    /// Takes all that an endpoint has, in place of what it had.
    public mutating func set(_ rows: [SoftwareNumber], of endpoint: UInt32) {
        take(rows.map(\.value), of: endpoint)
    }

    /// Takes for an endpoint all that another one has, at the cost of what is special about that
    /// one.
    public mutating func set(_ endpoint: UInt32, asOn other: UInt32) {
        holdings.set(endpoint, asOn: other)
    }

    /// Takes for an endpoint all that another one has, but for some rows that it lacks, and with
    /// others that that one lacks; returns whether it did. It does not where the two are better
    /// kept apart.
    public mutating func set(
        _ endpoint: UInt32, asOn other: UInt32, without lost: [SoftwareNumber],
        with gained: [SoftwareNumber]
    ) -> Bool {
        holdings.set(
            endpoint, asOn: other, changing: lost.map { ~$0.value } + gained.map(\.value))
    }

    private mutating func take(_ rows: [Int32], of endpoint: UInt32) {
        holdings.set(endpoint, to: rows.rising(below: softwareCount))
    }

    /// The rows that an endpoint has, in order.
    public func rows(of endpoint: UInt32) -> [SoftwareNumber] {
        holdings.rows(of: endpoint).map { SoftwareNumber(value: $0) }
    }

    /// A row by its number.
    public func software(_ number: SoftwareNumber) -> Software {
        let key = rows[Int(number.value)]
        let counted = rows.counted(key)
        return Software(
            platform: platforms[Int(key.platform.value)], row: counted.row,
            standing: counted.standing)
    }

    /// The name of a row's package.
    public func packageName(of number: SoftwareNumber) -> String {
        rows.name(of: number.value)
    }

    /// The endpoints that have a row.
    public func holders(of number: SoftwareNumber) -> EndpointSet {
        holdings.holders(ofAny: CollectionOfOne(number.value))
    }

    /// The number of a row that the fleet holds.
    func number(of software: Software) -> Int32? {
        guard let platform = platformNumbers[software.platform] else { return nil }
        return rows.known(
            CountedRow(software.row, software.standing), on: PlatformNumber(value: platform))
    }

    /// The rows of which something else is said than when this was last asked; new ones included.
    public mutating func takeChangedRows() -> [SoftwareNumber] {
        defer { changedRows = [] }
        return changedRows.sorted().map { SoftwareNumber(value: $0) }
    }

    /// Takes a new index, and returns the endpoints for which something changed.
    ///
    /// `names` are the only packages of which the new index says something else than the old one,
    /// source packages included; `nil` when that is not known, and all rows are matched again.
    @discardableResult
    public mutating func refresh(
        _ newIndex: AdvisoryIndex, touching names: Set<String>? = nil
    ) -> EndpointSet {
        take(newIndex)
        return rematch(rows.indices) { row in
            names.map { !$0.isDisjoint(with: row.indexNames) } ?? true
        }
    }

    /// Takes a new index that says something else only of these vulnerabilities themselves, not of
    /// packages, and returns the endpoints for which something changed.
    @discardableResult
    public mutating func refresh(
        _ newIndex: AdvisoryIndex, vulnerabilities: Set<String>
    ) -> EndpointSet {
        take(newIndex)
        var rows: Set<Int32> = []
        for name in vulnerabilities {
            if let number = texts.vulnerabilities.known(name) {
                rows.formUnion(rowsByVulnerability[Int(number)])
            }
        }
        return rematch(rows.sorted().map { Int($0) }) { _ in true }
    }

    private mutating func take(_ newIndex: AdvisoryIndex) {
        index = newIndex
        matchers = [:]
        sharedLists = []
    }

    private mutating func rematch(
        _ numbers: some Sequence<Int>, where isTouched: (SoftwareRow) -> Bool
    ) -> EndpointSet {
        var changed: [Int32] = []
        for place in numbers {
            let key = rows[place]
            let counted = rows.counted(key)
            guard isTouched(counted.row) else { continue }
            let before = found[place]
            let after = match(counted, on: key.platform)
            // What is the same is kept nevertheless: its assessments are then those of the index.
            found[place] = after
            if before == after { continue }
            let number = Int32(truncatingIfNeeded: place)
            forget(before, in: number)
            note(after, in: number)
            changed.append(number)
        }
        return holdings.holders(ofAny: changed)
    }

    private mutating func match(
        _ counted: CountedRow, on platform: PlatformNumber
    ) -> [FoundEntry] {
        let findings =
            matchers[
                platform, default: RowAssessor(index, platforms[Int(platform.value)])
            ].findings(in: counted)
        if findings.isEmpty { return [] }
        let entries = findings.map { texts.entry($0) }
            .sorted { $0.vulnerability < $1.vulnerability }
        return sharedLists.insert(entries).memberAfterInsert
    }

    private mutating func note(_ found: [FoundEntry], in number: Int32) {
        changedRows.insert(number)
        for entry in found {
            let place = Int(entry.vulnerability)
            while rowsByVulnerability.count <= place { rowsByVulnerability.append([]) }
            rowsByVulnerability[place].insert(rising: number)
        }
    }

    private mutating func forget(_ found: [FoundEntry], in number: Int32) {
        for entry in found { rowsByVulnerability[Int(entry.vulnerability)].remove(rising: number) }
    }
}

/// Matches rows on one platform, and says how bad what it finds is.
private struct RowAssessor: Sendable {
    private var matcher: RowMatcher
    private var writer: FindingWriter

    init(_ index: AdvisoryIndex, _ platform: Platform) {
        matcher = RowMatcher(index: index, scopes: index.scopes(of: platform))
        writer = FindingWriter(index: index, context: EndpointContext(), platform: platform)
    }

    mutating func findings(in counted: CountedRow) -> [Finding] {
        var findings: [Finding] = []
        _ = writer.add(counted, with: &matcher, to: &findings)
        return findings
    }
}
