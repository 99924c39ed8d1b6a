import Fleet
import TestSupport
import Testing

@testable import Findings

/// The endpoints of a fleet by their numbers: the same is asked of a plain dictionary.
struct MemberTableTests {
    private func member(
        _ id: EndpointID, _ random: inout SeededGenerator, tenants: [TenantID]
    ) -> FindingState.Member {
        FindingState.Member(
            id: id, tenant: tenants.randomElement(using: &random) ?? tenants[0],
            enrolledAt: Timestamp(seconds: Int64.random(in: 0...1_000, using: &random)),
            system: Int32.random(in: 0..<3, using: &random),
            zone: ["", "Etc/UTC", "Europe/Berlin"].randomElement(using: &random) ?? "",
            foreign: Int32.random(in: 0..<2, using: &random),
            stamp: Int.random(in: .min ... .max, using: &random))
    }

    @Test(arguments: Seeds.all)
    func `it knows who came, changed and went`(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let tenants = (0..<4).map { TenantID(at: Timestamp(seconds: $0), using: &random) }
        var table = MemberTable()
        var plain: [EndpointID: (number: UInt32, stamp: Int)] = [:]
        var ids = (0..<150).map { EndpointID(at: Timestamp(seconds: $0), using: &random) }
        // Identifiers that were not made here, and are more than 128 bits.
        for digits in ["zzzzzzzzzzzzzzzzzzzzzzzzzz", "80000000000000000000000001"] {
            ids.append(try #require(EndpointID("ept_" + digits)))
        }
        for _ in 0..<2_000 {
            let id = ids.randomElement(using: &random) ?? ids[0]
            let made = member(id, &random, tenants: tenants)
            if let known = plain[id] {
                if Bool.random(using: &random) {
                    table.replace(known.number, by: made)
                    plain[id]?.stamp = made.stamp
                } else {
                    table.remove(known.number)
                    #expect(table.member(known.number) == nil, "seed \(seed)")
                    plain[id] = nil
                }
            } else {
                plain[id] = (table.append(made), made.stamp)
            }
            #expect(table[id] == plain[id]?.number, "seed \(seed)")
        }
        #expect(table.count == plain.count, "seed \(seed)")
        #expect(Set(table.keys) == Set(plain.keys), "seed \(seed)")
        #expect(table.values == plain.values.map(\.number).sorted(), "seed \(seed)")
        for id in ids {
            #expect(table[id] == plain[id]?.number, "seed \(seed)")
            guard let known = plain[id] else { continue }
            let member = try #require(table.member(known.number))
            #expect(member.id == id && member.stamp == known.stamp, "seed \(seed)")
            #expect(table.system(of: known.number) == member.system)
            #expect(table.enrolment(of: known.number) == member.enrolledAt)
        }
    }
}
