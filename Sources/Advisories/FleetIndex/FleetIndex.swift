/// Which endpoints of a fleet have which software, and so which vulnerabilities: each distinct row
/// of software is matched once, however many endpoints have it.
///
/// Endpoints are numbers that the caller gives (dense ones are kept smallest). The fleet's answer
/// for an endpoint is that of its rows; what depends on the endpoint alone (which of several
/// kernels runs, what waits for a restart) is decided by the caller, which leaves out of the rows
/// what does not count.
public struct FleetIndex: Sendable {
    /// A distinct row of software on a release of an operating system.
    public struct Software: Hashable, Sendable {
        /// The release.
        public var platform: Platform
        /// The package.
        public var row: SoftwareRow

        /// A row on a release.
        public init(platform: Platform, row: SoftwareRow) {
            self.platform = platform
            self.row = row
        }
    }

    /// A row's number in one fleet index.
    public struct SoftwareNumber: Hashable, Sendable {
        fileprivate var value: Int32
    }

    private var numbers: [Software: Int32] = [:]
    private var software: [Software] = []
    private var holders: [EndpointSet] = []
    private var index: AdvisoryIndex
    /// One for each platform of the fleet.
    private var matchers: [Platform: RowMatcher] = [:]
    /// What is found in each row, by the row's number.
    private var found: [[FoundVulnerability]] = []
    /// The rows in which each vulnerability is found.
    private var rowsByVulnerability: [String: Set<Int32>] = [:]

    /// What the index says of one vulnerability in one row, whoever has it.
    public struct FoundVulnerability: Hashable, Sendable {
        /// The vulnerability.
        public var vulnerability: String
        /// The version that mends it; `nil` for none.
        public var fixedIn: String?
    }

    /// An empty fleet.
    public init(_ index: AdvisoryIndex) {
        self.index = index
    }

    /// How many distinct rows it holds.
    public var softwareCount: Int { software.count }

    /// The memory that the sets of endpoints take, in bytes.
    public var setByteCount: Int { holders.reduce(0) { $0 + $1.byteCount } }

    /// The number of a row, by which endpoints are joined to it. A row that is new to the fleet is
    /// matched now.
    public mutating func register(_ new: Software) -> SoftwareNumber {
        if let known = numbers[new] { return SoftwareNumber(value: known) }
        let number = Int32(truncatingIfNeeded: software.count)
        numbers[new] = number
        software.append(new)
        holders.append(EndpointSet())
        let answer = match(new)
        found.append(answer)
        note(answer, in: number)
        return SoftwareNumber(value: number)
    }

    /// Takes a change of one endpoint's software.
    public mutating func apply(
        endpoint: UInt32, removed: [SoftwareNumber] = [], added: [SoftwareNumber] = []
    ) {
        for number in removed { holders[Int(number.value)].remove(endpoint) }
        for number in added { holders[Int(number.value)].insert(endpoint) }
    }

    /// Takes one inventory that many endpoints have.
    public mutating func apply(endpoints: EndpointSet, added: [SoftwareNumber]) {
        for number in added { holders[Int(number.value)].formUnion(endpoints) }
    }

    /// The endpoints that have a vulnerability.
    public func affected(by vulnerability: String) -> EndpointSet {
        var endpoints = EndpointSet()
        for number in rowsByVulnerability[vulnerability] ?? [] {
            endpoints.formUnion(holders[Int(number)])
        }
        return endpoints
    }

    /// The rows in which a vulnerability is found and that an endpoint has, with the endpoints.
    public func rows(with vulnerability: String) -> [(software: Software, endpoints: EndpointSet)] {
        (rowsByVulnerability[vulnerability] ?? []).sorted().compactMap { number in
            let holders = holders[Int(number)]
            return holders.isEmpty ? nil : (software[Int(number)], holders)
        }
    }

    /// What is found in a row that the fleet holds.
    public func found(in software: Software) -> [FoundVulnerability] {
        numbers[software].map { found[Int($0)] } ?? []
    }

    /// Takes a new index, and returns the endpoints for which something changed.
    ///
    /// `names` are the only packages of which the new index says something else than the old one,
    /// source packages included; `nil` when that is not known, and all rows are matched again.
    @discardableResult
    public mutating func refresh(
        _ newIndex: AdvisoryIndex, touching names: Set<String>? = nil
    ) -> EndpointSet {
        index = newIndex
        matchers = [:]
        var changed = EndpointSet()
        for number in software.indices {
            let row = software[number].row
            if let names, names.isDisjoint(with: row.indexNames) {
                continue
            }
            let before = found[number]
            let after = match(software[number])
            if before == after { continue }
            forget(before, in: Int32(number))
            note(after, in: Int32(number))
            found[number] = after
            changed.formUnion(holders[number])
        }
        return changed
    }

    private mutating func match(_ software: Software) -> [FoundVulnerability] {
        let platform = software.platform
        let matches = matchers[
            platform, default: RowMatcher(index: index, scopes: index.scopes(of: platform))
        ].answer(for: software.row).matches
        return matches.filter(\.isAffected).map { match in
            var fixedIn: String?
            if case .affected(let fix) = match.verdict, fix >= 0, !match.isDeclined {
                fixedIn = index.versions[fix]
            }
            return FoundVulnerability(
                vulnerability: index.vulnerabilities[match.vulnerability], fixedIn: fixedIn)
        }.sorted { $0.vulnerability < $1.vulnerability }
    }

    private mutating func note(_ found: [FoundVulnerability], in number: Int32) {
        for entry in found { rowsByVulnerability[entry.vulnerability, default: []].insert(number) }
    }

    private mutating func forget(_ found: [FoundVulnerability], in number: Int32) {
        for entry in found {
            rowsByVulnerability[entry.vulnerability]?.remove(number)
            if rowsByVulnerability[entry.vulnerability]?.isEmpty == true {
                rowsByVulnerability[entry.vulnerability] = nil
            }
        }
    }
}
