public import ControlPlane
public import Advisories
import Findings
import Fleet
import ServerRecords

extension UseCases {
    /// How many endpoints are read in one transaction.
    private static let membersPerRead = 500
    /// How many pieces of software are asked for in one transaction.
    private static let softwarePerRead = 5_000
    /// How many findings that have become known are stored in one transaction: about 20 ms, for
    /// which nothing else is written.
    private static let knownPerWrite = 2_000
    /// How long the keeper sleeps when nothing happens, in seconds; then it looks anyway.
    static let findingsPatienceSeconds: Int64 = 60

    /// Reads the whole fleet into the index, as it is in the store.
    public func buildFindings() async throws {
        let known = try await ledger.read { try $0.knownFindings() }
        findings.change { $0.remember(known) }
        try await noteFirstHistory()
        let gone = try await readAll()
        findings.change { state in
            for id in gone { state.remove(id) }
            state.isBuilt = true
        }
        try await storeKnown()
    }

    /// Takes all endpoints that the store has, and returns those that were known before and that it
    /// has not.
    private func readAll() async throws -> Set<EndpointID> {
        var gone = findings.change { Set($0.numbers.keys) }
        var page = try await members(after: nil, knowing: [:])
        while let last = page.members.last {
            try Task.checkCancellation()
            let known = page.inventories
            // The store reads the next ones while these are taken.
            async let following = members(after: last.id, knowing: known)
            try await take(page)
            for member in page.members where !gone.isEmpty { gone.remove(member.id) }
            page = try await following
        }
        return gone
    }

    /// The next endpoints. What the inventories of the page before have in common with theirs is
    /// not read again; one that no endpoint of a page has is forgotten.
    private func members(
        after last: EndpointID?, knowing known: [String: [Int64]]
    ) async throws -> FleetPage {
        var page = try await ledger.read {
            try $0.members(
                after: last, limit: Self.membersPerRead, knowing: Set(known.keys))
        }
        for digest in page.digests {
            if let software = known[digest] { page.inventories[digest] = software }
        }
        return page
    }

    /// Takes endpoints as they are in the store now; one that is not there any more is forgotten.
    func readFindings(of endpoints: [EndpointID]) async throws {
        for first in stride(from: 0, to: endpoints.count, by: Self.membersPerRead) {
            let ids = Array(endpoints[first..<min(first + Self.membersPerRead, endpoints.count)])
            let page = try await ledger.read { try $0.members(ids) }
            try await take(page)
            let gone = Set(ids).subtracting(page.members.map(\.id))
            if !gone.isEmpty { findings.change { state in for id in gone { state.remove(id) } } }
        }
        try await storeKnown()
    }

    private func take(_ read: FleetPage) async throws {
        let page = try await withFootings(read)
        let members = page.members
        // What was missed while no server looked: the endpoint is taken as it was judged last, and
        // then as it is, so that what has ended since is known to have ended.
        let (new, unknown) = findings.change { state in
            (
                Set(members.map(\.id).filter { state.numbers[$0] == nil }),
                state.unknownSoftware(in: page).sorted()
            )
        }
        let earlier = members.filter { new.contains($0.id) }.compactMap { $0.asJudged(in: page) }
        var packages: [Int64: Package] = [:]
        for first in stride(from: 0, to: unknown.count, by: Self.softwarePerRead) {
            let piece = Array(unknown[first..<min(first + Self.softwarePerRead, unknown.count)])
            let found = try await ledger.read { try $0.software(piece) }
            packages.merge(found) { $1 }
        }
        let begun = try await ledger.read { try $0.findingStarts(of: new.sorted()) }
        let now = effects.now()
        let looked = packages
        let changes = findings.change { state in
            for member in earlier {
                _ = state.take(member, of: page.inventories, packages: looked, at: now)
            }
            let before = Set(earlier.map(\.id))
            state.remember(begun.filter { before.contains($0.endpoint) })
            let changes = members.compactMap {
                state.take($0, of: page.inventories, packages: looked, at: now)
            }
            state.remember(begun.filter { !before.contains($0.endpoint) })
            return changes
        }
        let judged = members.filter { $0.footing != nil && $0.judgedDigest != $0.inventoryDigest }
        guard !changes.isEmpty || !judged.isEmpty else { return }
        try await ledger.write { records in
            for change in changes { try records.change(change) }
            for member in judged {
                try records.noteJudged(
                    member.inventoryDigest, of: member.id, tenant: member.tenant)
            }
        }
    }

    /// Endpoints whose latest scan was stored before footings were kept: theirs is made of the
    /// posture, and stored.
    private func withFootings(_ page: FleetPage) async throws -> FleetPage {
        let missing = page.members.filter { $0.footing == nil }
        guard !missing.isEmpty else { return page }
        let made = try await ledger.write { records in
            var made: [EndpointID: SoftwareFooting] = [:]
            for member in missing {
                guard let posture = try records.posture(of: member.id, tenant: member.tenant)
                else { continue }
                let footing = SoftwareFooting(of: posture)
                try records.store(footing, of: member.id, tenant: member.tenant)
                made[member.id] = footing
            }
            return made
        }
        var whole = page
        for place in whole.members.indices where whole.members[place].footing == nil {
            whole.members[place].footing = made[whole.members[place].id]
        }
        return whole
    }

    /// Stores since when the findings are known that have come up.
    private func storeKnown() async throws {
        let now = effects.now()
        let new = findings.change { $0.newlyKnown(at: now) }
        for first in stride(from: 0, to: new.count, by: Self.knownPerWrite) {
            let piece = Array(new[first..<min(first + Self.knownPerWrite, new.count)])
            try await ledger.write { try $0.add(piece) }
        }
    }

    /// Takes a new index of advisories: all rows are matched again.
    ///
    /// - Returns: how many endpoints something changed for.
    @discardableResult
    public func take(_ index: AdvisoryIndex) async throws -> Int {
        let changed = findings.change { state in
            state.noteChange()
            return state.fleet.refresh(index).count
        }
        try await storeKnown()
        return changed
    }

    /// Takes an index that says something else only of these vulnerabilities themselves.
    @discardableResult
    func take(_ index: AdvisoryIndex, vulnerabilities: Set<String>) async throws -> Int {
        let changed = findings.change { state in
            state.noteChange()
            return state.fleet.refresh(index, vulnerabilities: vulnerabilities).count
        }
        try await storeKnown()
        return changed
    }

    /// Waits until the feeds have been read at the start: what is judged without them has nothing,
    /// and what was missed while no server looked could not be told. A shelf that answers too late
    /// holds nobody up.
    private func waitForFeeds() async {
        var waited: Int64 = 0
        while shelf != nil, !findings.isFed, waited < Self.findingsPatienceSeconds {
            if Task.isCancelled || signals.isClosed { return }
            await signals.wait(
                for: SignalSubject.findings, since: signals.version(of: SignalSubject.findings),
                timeout: .seconds(1))
            waited += 1
        }
    }

    /// Keeps the index up with what is stored, here or by another process on the same database,
    /// until the task is cancelled or the process ends.
    ///
    /// - Parameter note: is told of each round that failed; the next one tries again.
    public func keepFindings(noting note: @escaping @Sendable (any Error) -> Void) async {
        let subject = SignalSubject.findings
        await signals.watching(subject) {
            await waitForFeeds()
            var seen = signals.version(of: subject)
            var isWhole = false
            while !Task.isCancelled, !signals.isClosed {
                let version = signals.version(of: subject)
                do {
                    let touched = findings.takeTouched()
                    if isWhole, let parts = signals.parts(of: subject, since: seen) {
                        let elsewhere = parts.compactMap(EndpointID.init)
                        try await readFindings(of: touched.union(elsewhere).sorted())
                    } else {
                        try await buildFindings()
                        isWhole = true
                    }
                    seen = version
                } catch is CancellationError {
                    return
                } catch {
                    note(error)
                    isWhole = false
                    try? await Task.sleep(for: .seconds(Self.tickIntervalSeconds))
                    continue
                }
                await signals.wait(
                    for: subject, since: version,
                    timeout: .seconds(Self.findingsPatienceSeconds))
            }
        }
    }
}

extension FleetMember {
    /// The endpoint with the software by which its findings were judged last; `nil` where that is
    /// what it has, or is not kept any more.
    fileprivate func asJudged(in page: FleetPage) -> FleetMember? {
        guard let judgedDigest, judgedDigest != inventoryDigest,
            page.inventories[judgedDigest] != nil
        else { return nil }
        var member = self
        member.inventoryDigest = judgedDigest
        return member
    }
}
