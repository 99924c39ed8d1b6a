import Administration
import AgentProtocol
import ControlPlane
import Fleet
import Rollbacks
import Rollout
import ServerRecords
import Testing

@Suite("Who approves is told where there is no way back")
struct NoWayBackTests {
    @Test func `everybody who misses it is asked, and nobody else`() async throws {
        let house = try await House()
        let count = EndpointQuery.maximumPage + 3
        for number in 0..<count {
            let endpoint = try await house.enrol("\(number >= count - 3 ? "zz" : "ep")\(number)")
            // The last ones of the list are those that have no way back.
            guard number.isMultiple(of: 100) || number >= count - 3 else { continue }
            var update = TestEndpoint.update("bash")
            update.wayBack = number >= count - 3 ? .noWay : .packageDowngrade
            try await endpoint.report(["bash": "1"], updates: [update])
        }
        let item = try await house.useCases.decide(
            ApprovalDraft(
                .approve, tenant: house.tenant.id, package: "bash", reason: "It is asked."),
            by: house.administrator)
        let said = try await house.useCases.noWayBack(
            meantBy: item.record, by: house.administrator)
        #expect(
            said?.hasPrefix("On 3 endpoints the version before bash 2") == true, "\(said ?? "")")
    }

    @Test func `whoever approves by hand is told what packages cannot undo`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        var lost = TestEndpoint.update("bash")
        lost.wayBack = .noWay
        var kept = TestEndpoint.update("zsh")
        kept.wayBack = .packageDowngrade
        try await endpoint.report(["bash": "1", "zsh": "1"], updates: [lost, kept])
        func said(_ verdict: ApprovalDraft.Verdict, _ package: String) async throws -> String? {
            let item = try await house.useCases.decide(
                ApprovalDraft(
                    verdict, tenant: house.tenant.id, package: package, reason: "It is asked."),
                by: house.administrator)
            return try await house.useCases.noWayBack(
                meantBy: item.record, by: house.administrator)
        }
        #expect(try await said(.approve, "ba*")?.contains("bash 2") == true)
        #expect(try await said(.approve, "zsh") == nil)
        #expect(try await said(.decline, "bash") == nil)
    }
}
