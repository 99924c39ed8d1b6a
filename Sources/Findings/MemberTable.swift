package import Fleet
import ServerRecords

/// The endpoints of a fleet by their numbers, which rise with their identifiers' times and are not
/// given twice.
///
/// A fleet may have a million: an identifier is kept as its bits, and what many endpoints have
/// together stands here once.
package struct MemberTable: Sendable {
    /// What is kept of each endpoint.
    private struct Record: Sendable {
        var high: UInt64
        var low: UInt64
        var enrolledAt: Timestamp
        var stamp: Int
        /// A place in `shared`; -1 for an endpoint that is gone.
        var shared: Int32
    }

    /// What many endpoints have together.
    private struct Shared: Hashable, Sendable {
        var tenant: TenantID
        var system: Int32
        var zone: String
        var foreign: Int32
    }

    private var records: [Record] = []
    /// By a hash of the bits, the number of an endpoint; -1 for none. Its count is a power of two.
    /// Numbers of endpoints that are gone stay until there is no room for another.
    private var slots: [Int32] = Array(repeating: -1, count: 16)
    private var shared: [Shared] = []
    private var sharedPlaces: [Shared: Int32] = [:]
    /// Identifiers that are more than 128 bits, both ways. They were not made here.
    private var unusual: [EndpointID: UInt32] = [:]
    private var unusualNames: [UInt32: EndpointID] = [:]
    private var gone = 0

    /// Knows no endpoint.
    package init() {}

    /// How many endpoints there are.
    package var count: Int { records.count - gone }

    /// All numbers that were given, those of endpoints that are gone included.
    package var indices: Range<Int> { records.indices }

    /// The identifiers of the endpoints.
    package var keys: [EndpointID] { values.compactMap { member($0)?.id } }

    /// The numbers of the endpoints.
    package var values: [UInt32] {
        records.indices.lazy.filter { records[$0].shared >= 0 }
            .map { UInt32(truncatingIfNeeded: $0) }
    }

    /// The number of an endpoint; `nil` where it is not known, or gone.
    package subscript(id: EndpointID) -> UInt32? {
        guard let bits = id.bits else { return unusual[id] }
        let mask = slots.count - 1
        var slot = Self.hash(bits.high, bits.low) & mask
        while slots[slot] >= 0 {
            let record = records[Int(slots[slot])]
            if record.low == bits.low, record.high == bits.high, record.shared >= 0 {
                return UInt32(truncatingIfNeeded: slots[slot])
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// The endpoint with a number; `nil` for one that is gone.
    package func member(_ number: UInt32) -> FindingState.Member? {
        guard let record = record(number) else { return nil }
        let common = shared[Int(record.shared)]
        return FindingState.Member(
            id: unusualNames[number] ?? EndpointID(bits: (record.high, record.low)),
            tenant: common.tenant, enrolledAt: record.enrolledAt, system: common.system,
            zone: common.zone, foreign: common.foreign, stamp: record.stamp)
    }

    /// The stamp of the endpoint with a number.
    func stamp(of number: UInt32) -> Int? { record(number)?.stamp }

    /// When the endpoint with a number enrolled.
    func enrolment(of number: UInt32) -> Timestamp? { record(number)?.enrolledAt }

    /// The place of an endpoint's operating system; `nil` for one that is gone.
    package func system(of number: UInt32) -> Int32? {
        record(number).map { shared[Int($0.shared)].system }
    }

    /// The place of what an endpoint has that is not its distribution's.
    func foreign(of number: UInt32) -> Int32? {
        record(number).map { shared[Int($0.shared)].foreign }
    }

    private func record(_ number: UInt32) -> Record? {
        guard records.indices.contains(Int(number)), records[Int(number)].shared >= 0 else {
            return nil
        }
        return records[Int(number)]
    }

    /// Adds an endpoint that is not known, and returns its number.
    mutating func append(_ member: FindingState.Member) -> UInt32 {
        let number = UInt32(truncatingIfNeeded: records.count)
        records.append(record(of: member))
        guard member.id.bits != nil else {
            unusual[member.id] = number
            unusualNames[number] = member.id
            return number
        }
        if records.count * 2 > slots.count {
            slots = Array(repeating: -1, count: slots.count * 2)
            for place in records.indices where records[place].shared >= 0 {
                let number = UInt32(truncatingIfNeeded: place)
                if unusualNames[number] == nil { enter(number) }
            }
        } else {
            enter(number)
        }
        return number
    }

    /// Takes what an endpoint is now.
    mutating func replace(_ number: UInt32, by member: FindingState.Member) {
        records[Int(number)] = record(of: member)
    }

    /// Forgets an endpoint; its number is not given again.
    mutating func remove(_ number: UInt32) {
        guard records[Int(number)].shared >= 0 else { return }
        records[Int(number)].shared = -1
        gone += 1
        if let id = unusualNames.removeValue(forKey: number) { unusual[id] = nil }
    }

    private mutating func enter(_ number: UInt32) {
        let mask = slots.count - 1
        let record = records[Int(number)]
        var slot = Self.hash(record.high, record.low) & mask
        while slots[slot] >= 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(truncatingIfNeeded: number)
    }

    private mutating func record(of member: FindingState.Member) -> Record {
        let common = Shared(
            tenant: member.tenant, system: member.system, zone: member.zone,
            foreign: member.foreign)
        let next = Int32(truncatingIfNeeded: shared.count)
        let place = sharedPlaces[common] ?? next
        if place == next {
            shared.append(common)
            sharedPlaces[common] = place
        }
        let bits = member.id.bits ?? (0, 0)
        return Record(
            high: bits.high, low: bits.low, enrolledAt: member.enrolledAt, stamp: member.stamp,
            shared: place)
    }

    private static func hash(_ high: UInt64, _ low: UInt64) -> Int {
        var hasher = Hasher()
        hasher.combine(high)
        hasher.combine(low)
        return hasher.finalize()
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
