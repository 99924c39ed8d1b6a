import Administration
import AgentProtocol
import ControlPlane
import Fleet
import ServerRecords
import Testing

@Suite("Check-ins that come together share a transaction, and nothing else")
struct CheckInDeskTests {
    /// More than one batch holds.
    private static let many = 300

    private static func request(_ number: Int, digest: String? = nil) -> CheckInRequest {
        CheckInRequest(
            inventoryDigest: digest, postureDigest: nil, scannedAt: nil, agentVersion: "1",
            bootId: "boot-\(number)")
    }

    @Test func `each of many is answered, and each is stored as its own`() async throws {
        let house = try await House()
        var endpoints: [TestEndpoint] = []
        for number in 0..<8 { endpoints.append(try await house.enrol("ep\(number)")) }
        let (useCases, principals) = (house.useCases, endpoints.map(\.principal))
        let answered = try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<Self.many {
                let place = number % principals.count
                group.addTask {
                    _ = try await useCases.checkIn(Self.request(place), by: principals[place])
                }
            }
            return try await group.reduce(into: 0) { count, _ in count += 1 }
        }
        #expect(answered == Self.many)
        for (place, principal) in principals.enumerated() {
            let record = try await useCases.ledger.read {
                try $0.endpoint(principal.endpoint, in: .provider)
            }
            #expect(record?.bootId == "boot-\(place)")
        }
    }

    @Test func `one that cannot be stored is refused, and its neighbours are not`() async throws {
        let house = try await House()
        let good = try await house.enrol("good").principal
        let bad = try await house.enrol("bad").principal
        let useCases = house.useCases
        let outcomes = await withTaskGroup(of: (isBad: Bool, isRefused: Bool).self) { group in
            for number in 0..<Self.many {
                let isBad = number.isMultiple(of: 10)
                group.addTask {
                    // No database takes this character into a text.
                    let request = Self.request(number, digest: isBad ? "\u{0}" : nil)
                    do {
                        _ = try await useCases.checkIn(request, by: isBad ? bad : good)
                        return (isBad, false)
                    } catch {
                        return (isBad, true)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == Self.many)
        #expect(outcomes.allSatisfy { $0.isBad == $0.isRefused })
    }

    @Test func `a retired endpoint among others is told so`() async throws {
        let house = try await House()
        let gone = try await house.enrol("gone").principal
        let here = try await house.enrol("here").principal
        try await house.useCases.retire(gone.endpoint, by: house.administrator)
        let useCases = house.useCases
        async let first = useCases.checkIn(Self.request(1), by: here)
        async let second = useCases.checkIn(Self.request(2), by: here)
        await #expect(throws: Refusal.self) {
            try await useCases.checkIn(Self.request(3), by: gone)
        }
        _ = try await (first, second)
    }
}
