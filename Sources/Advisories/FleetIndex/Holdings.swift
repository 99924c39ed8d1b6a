/// Which endpoint has which rows of software, in memory that grows with what differs.
///
/// Endpoints are mostly made from few images. Each is joined to a *base*, a list of rows, and only
/// its *drift* from it is kept: the rows that it has besides, and those that it lacks. Who has a
/// row is who is joined to a base with it, without those that lack it, and with those that have it
/// besides. Bases are found, not told: see `place`.
struct Holdings: Sendable {
    /// Rows that many endpoints have, or had.
    struct Base: Sendable {
        /// Rising.
        var rows: [Int32] = []
        var members = EndpointSet()
        var count = 0
        /// At so many members the rows are settled anew.
        var nextSettling = Holdings.firstSettling
    }

    private(set) var bases: [Base] = []
    /// Bases without members, to be used again.
    private var idle: [Int32] = []
    /// By row, the bases that have it.
    private var basesOfRow: [[Int32]] = []
    /// By row, the endpoints that have it although their base has not.
    private var besides: [EndpointSet] = []
    /// By row, the endpoints that have it not although their base has.
    private var lacking: [EndpointSet] = []
    /// By endpoint, its base; -1 for none.
    private var baseOf: [Int32] = []
    /// By endpoint, rows in order: one that it has besides by its number, one that it lacks by the
    /// number's complement.
    private var drifts = DriftTable()
    private var endpointCount = 0

    /// A base is good enough for endpoints that differ from it in so large a part of their rows.
    private static let goodPart = 8
    /// However few rows an endpoint has, so many differences are no reason for another base.
    private static let fewDifferences = 16
    /// So many bases are made whatever the fleet is like, and one more for each so many endpoints.
    private static let freeBases = 64
    private static let endpointsPerBase = 64
    /// How many of an endpoint's rows are asked for the bases that have them, and how many of the
    /// bases named most often are compared in full.
    private static let asked = 32
    private static let compared = 3
    /// What most of a base's first members have is what the base ought to have been.
    fileprivate static let firstSettling = 16
    private static let settlingFactor = 16
    /// How many members are looked at for that.
    private static let lookedAt = 64

    /// Adds a row that nobody has yet.
    mutating func addRow() {
        basesOfRow.append([])
        besides.append(EndpointSet())
        lacking.append(EndpointSet())
    }

    /// Takes an endpoint with these rows, which rise, in place of those that it had.
    mutating func set(_ endpoint: UInt32, to rows: [Int32]) {
        makeRoom(for: endpoint)
        if rows.isEmpty { return leave(endpoint) }
        let before = baseOf[Int(endpoint)]
        if before < 0 { endpointCount += 1 }
        let (base, drift) = place(rows, now: before)
        join(endpoint, to: base, drift)
    }

    /// Takes an endpoint with the rows that another has, in place of those that it had.
    mutating func set(_ endpoint: UInt32, asOn other: UInt32) {
        makeRoom(for: max(endpoint, other))
        let base = baseOf[Int(other)]
        if base < 0 { return leave(endpoint) }
        if baseOf[Int(endpoint)] < 0 { endpointCount += 1 }
        join(endpoint, to: base, drifts[other])
    }

    /// Takes an endpoint with the rows that another has, but for some changes, in place of those
    /// that it had: rows that only it has by their numbers, those that only the other has by their
    /// numbers' complements.
    ///
    /// - Returns: whether it did; `false` where it would not be near enough to the other's base.
    mutating func set(_ endpoint: UInt32, asOn other: UInt32, changing marks: [Int32]) -> Bool {
        makeRoom(for: max(endpoint, other))
        let base = baseOf[Int(other)]
        guard base >= 0 else { return false }
        let drift = Self.changing(
            drifts[other], by: marks.sorted { Self.row(of: $0) < Self.row(of: $1) })
        guard drift.count <= Self.goodDrift(ofRows: bases[Int(base)].rows.count) else {
            return false
        }
        if baseOf[Int(endpoint)] < 0 { endpointCount += 1 }
        join(endpoint, to: base, drift)
        return true
    }

    private mutating func makeRoom(for endpoint: UInt32) {
        while baseOf.count <= Int(endpoint) { baseOf.append(-1) }
        drifts.makeRoom(for: baseOf.count)
    }

    private mutating func join(_ endpoint: UInt32, to base: Int32, _ drift: [Int32]) {
        let before = baseOf[Int(endpoint)]
        if base == before {
            changeDrift(of: endpoint, to: drift)
            return
        }
        if before >= 0 { take(endpoint, from: before) }
        baseOf[Int(endpoint)] = base
        bases[Int(base)].members.insert(endpoint)
        bases[Int(base)].count += 1
        changeDrift(of: endpoint, to: drift)
        if bases[Int(base)].count >= bases[Int(base)].nextSettling { settle(base) }
    }

    /// The rows of an endpoint, rising.
    func rows(of endpoint: UInt32) -> [Int32] {
        guard baseOf.indices.contains(Int(endpoint)), baseOf[Int(endpoint)] >= 0 else { return [] }
        return Self.applying(drifts[endpoint], to: bases[Int(baseOf[Int(endpoint)])].rows)
    }

    /// The endpoints that have one of these rows.
    func holders(ofAny rows: some Sequence<Int32>) -> EndpointSet {
        var holders = EndpointGathering()
        var byBase: [Int32: [Int32]] = [:]
        for row in rows {
            holders.add(besides[Int(row)])
            for base in basesOfRow[Int(row)] { byBase[base, default: []].append(row) }
        }
        for (base, rows) in byBase {
            var without = lacking[Int(rows[0])]
            for row in rows.dropFirst() where !without.isEmpty {
                without = without.intersection(lacking[Int(row)])
            }
            holders.add(bases[Int(base)].members, without: without)
        }
        return holders.gathered()
    }

    /// Whether any endpoint has a row.
    func isHeld(_ row: Int32) -> Bool {
        if !besides[Int(row)].isEmpty { return true }
        let without = lacking[Int(row)]
        if without.isEmpty { return !basesOfRow[Int(row)].isEmpty }
        let count = without.count
        return basesOfRow[Int(row)].contains { base in
            bases[Int(base)].count > count
                || !bases[Int(base)].members.subtracting(without).isEmpty
        }
    }

    /// Whether an endpoint has a row.
    func isHeld(_ row: Int32, by endpoint: UInt32) -> Bool {
        if besides[Int(row)].contains(endpoint) { return true }
        guard baseOf.indices.contains(Int(endpoint)), baseOf[Int(endpoint)] >= 0 else {
            return false
        }
        return basesOfRow[Int(row)].contains(baseOf[Int(endpoint)])
            && !lacking[Int(row)].contains(endpoint)
    }

    /// The memory that bases, drift and sets take, in bytes.
    var byteCount: Int {
        let sets = (besides + lacking + bases.map(\.members)).reduce(0) { $0 + $1.byteCount }
        let lists = (basesOfRow + bases.map(\.rows)).reduce(0) {
            $0 + $1.capacity * MemoryLayout<Int32>.stride
        }
        return sets + lists + drifts.byteCount + baseOf.capacity * MemoryLayout<Int32>.stride
    }
}

// MARK: Bases

extension Holdings {
    /// The base for an endpoint with these rows, and its drift from it.
    ///
    /// It is the one that it has, or the nearest of those that share rows with it, when they are
    /// near enough. Else a base of its own is made, as long as there are not too many bases for the
    /// fleet, or nothing would be gained by sharing one.
    private mutating func place(_ rows: [Int32], now: Int32) -> (base: Int32, drift: [Int32]) {
        let good = Self.goodDrift(ofRows: rows.count)
        var best: (base: Int32, drift: [Int32])?
        if now >= 0 {
            let drift = Self.drift(of: rows, from: bases[Int(now)].rows)
            if drift.count <= good { return (now, drift) }
            best = (now, drift)
        }
        for base in candidates(for: rows) where base != now {
            let drift = Self.drift(of: rows, from: bases[Int(base)].rows)
            if drift.count <= good { return (base, drift) }
            if drift.count < best?.drift.count ?? .max { best = (base, drift) }
        }
        let isRoom =
            bases.count - idle.count < Self.freeBases + endpointCount / Self.endpointsPerBase
        if let best, !isRoom, best.drift.count < rows.count { return best }
        return (makeBase(rows), [])
    }

    /// How much drift is no reason for another base.
    private static func goodDrift(ofRows count: Int) -> Int {
        max(fewDifferences, count / goodPart)
    }

    /// The bases that have most of some of the rows, those with most first.
    private func candidates(for rows: [Int32]) -> [Int32] {
        var votes = [Int](repeating: 0, count: bases.count)
        for place in stride(from: 0, to: rows.count, by: max(1, rows.count / Self.asked)) {
            for base in basesOfRow[Int(rows[place])] { votes[Int(base)] += 1 }
        }
        var first: [Int] = []
        for base in votes.indices where votes[base] > 0 {
            let place = first.firstIndex { votes[$0] < votes[base] } ?? first.count
            if place == Self.compared { continue }
            first.insert(base, at: place)
            if first.count > Self.compared { first.removeLast() }
        }
        return first.map { Int32(truncatingIfNeeded: $0) }
    }

    private mutating func makeBase(_ rows: [Int32]) -> Int32 {
        let base = idle.popLast() ?? Int32(truncatingIfNeeded: bases.count)
        if Int(base) == bases.count { bases.append(Base()) }
        bases[Int(base)] = Base(rows: rows)
        for row in rows { basesOfRow[Int(row)].append(base) }
        return base
    }

    private mutating func leave(_ endpoint: UInt32) {
        let base = baseOf[Int(endpoint)]
        guard base >= 0 else { return }
        take(endpoint, from: base)
        baseOf[Int(endpoint)] = -1
        endpointCount -= 1
    }

    /// Takes an endpoint away from its base. One that nobody is joined to any more is given up.
    private mutating func take(_ endpoint: UInt32, from base: Int32) {
        changeDrift(of: endpoint, to: [])
        bases[Int(base)].members.remove(endpoint)
        bases[Int(base)].count -= 1
        guard bases[Int(base)].count == 0 else { return }
        for row in bases[Int(base)].rows { basesOfRow[Int(row)].removeAll { $0 == base } }
        bases[Int(base)] = Base()
        idle.append(base)
    }

    /// Makes what most of the members have the rows of their base: the first member, whose rows
    /// they were, has a drift of its own.
    private mutating func settle(_ base: Int32) {
        let old = bases[Int(base)]
        let members = old.members.numbers
        var (all, looked): ([Int32: Int], Int) = ([:], 0)
        let step = max(1, members.count / Self.lookedAt)
        for place in stride(from: 0, to: members.count, by: step) {
            for row in rows(of: members[place]) { all[row, default: 0] += 1 }
            looked += 1
        }
        let settled = all.filter { $0.value * 2 > looked }.keys.sorted()
        let nextSettling = old.nextSettling * Self.settlingFactor
        bases[Int(base)].nextSettling = nextSettling
        if settled == old.rows || settled.isEmpty { return }
        let kept = members.map { ($0, rows(of: $0)) }
        for endpoint in members { changeDrift(of: endpoint, to: []) }
        for row in old.rows { basesOfRow[Int(row)].removeAll { $0 == base } }
        for row in settled { basesOfRow[Int(row)].append(base) }
        bases[Int(base)].rows = settled
        for (endpoint, rows) in kept {
            changeDrift(of: endpoint, to: Self.drift(of: rows, from: settled))
        }
    }
}

// MARK: Drift

extension Holdings {
    private mutating func changeDrift(of endpoint: UInt32, to drift: [Int32]) {
        let before = drifts[endpoint]
        if before == drift { return }
        for mark in before {
            if mark < 0 {
                lacking[Int(~mark)].remove(endpoint)
            } else {
                besides[Int(mark)].remove(endpoint)
            }
        }
        for mark in drift {
            if mark < 0 {
                lacking[Int(~mark)].insert(endpoint)
            } else {
                besides[Int(mark)].insert(endpoint)
            }
        }
        drifts.set(drift, of: endpoint)
    }

    /// What rows have and lack beside those of a base; both rise.
    private static func drift(of rows: [Int32], from base: [Int32]) -> [Int32] {
        var drift: [Int32] = []
        rows.withUnsafeBufferPointer { rows in
            base.withUnsafeBufferPointer { base in
                var (own, other) = (0, 0)
                while own < rows.count, other < base.count {
                    let (a, b) = (rows[own], base[other])
                    if a == b {
                        own += 1
                        other += 1
                    } else if a < b {
                        drift.append(a)
                        own += 1
                    } else {
                        drift.append(~b)
                        other += 1
                    }
                }
                drift += rows[own...]
                drift += base[other...].lazy.map { ~$0 }
            }
        }
        return drift
    }

    /// The row that a mark speaks of.
    private static func row(of mark: Int32) -> Int32 { mark < 0 ? ~mark : mark }

    /// Drift after other changes; the rows of both rise. A change of a row that has drifted takes
    /// it back to the base.
    private static func changing(_ drift: [Int32], by marks: [Int32]) -> [Int32] {
        var changed: [Int32] = []
        changed.reserveCapacity(drift.count + marks.count)
        var next = drift.startIndex
        for mark in marks {
            while next < drift.endIndex, row(of: drift[next]) < row(of: mark) {
                changed.append(drift[next])
                next += 1
            }
            if next < drift.endIndex, drift[next] == ~mark {
                next += 1
            } else {
                changed.append(mark)
            }
        }
        changed += drift[next...]
        return changed
    }

    private static func applying(_ drift: [Int32], to base: [Int32]) -> [Int32] {
        var rows: [Int32] = []
        rows.reserveCapacity(base.count + drift.count)
        var next = drift.startIndex
        for row in base {
            while next < drift.endIndex, drift[next] >= 0, drift[next] < row {
                rows.append(drift[next])
                next += 1
            }
            if next < drift.endIndex, ~drift[next] == row { next += 1 } else { rows.append(row) }
        }
        rows += drift[next...]
        return rows
    }
}

// MARK: Some of the endpoints

extension Holdings {
    /// Some endpoints, laid out so that many rows can be asked whether one of them has it.
    struct Audience: Sendable {
        fileprivate let endpoints: EndpointSet
        /// By base, those that are joined to it.
        fileprivate let parts: [(members: EndpointSet, count: Int)]
    }

    /// Lays some endpoints out.
    func audience(_ endpoints: EndpointSet) -> Audience {
        Audience(
            endpoints: endpoints,
            parts: bases.map { base in
                let members = base.members.intersection(endpoints)
                return (members, members.count)
            })
    }

    /// Whether one of some endpoints has a row.
    func isHeld(_ row: Int32, by audience: Audience) -> Bool {
        if !besides[Int(row)].isDisjoint(with: audience.endpoints) { return true }
        let without = lacking[Int(row)]
        let count = without.count
        return basesOfRow[Int(row)].contains { base in
            let part = audience.parts[Int(base)]
            return part.count > count
                || (part.count > 0 && !part.members.subtracting(without).isEmpty)
        }
    }
}
