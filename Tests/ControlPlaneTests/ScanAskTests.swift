import Administration
import AgentProtocol
import ControlPlane
import Fleet
import ServerRecords
import Testing

@Suite("A request to scan is told until a scan has come, whatever the endpoint's clock says")
struct ScanAskTests {
    @Test(arguments: [0, 300, 86_400] as [Int64])
    func `an endpoint whose clock is behind is told once`(secondsBehind: Int64) async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let behind = { house.clock.now.adding(seconds: -secondsBehind) }
        try await endpoint.report(["bash": "1"], scannedAt: behind())
        house.clock.advance(seconds: 10)
        try await house.useCases.requestScan(
            endpoint.principal.endpoint, by: house.administrator)
        #expect(try await wantsScan(endpoint))
        // The answer may have been lost: it is told again until a scan has come.
        #expect(try await wantsScan(endpoint))
        house.clock.advance(seconds: 10)
        try await endpoint.report(["bash": "1", "dash": "1"], scannedAt: behind())
        #expect(try await !wantsScan(endpoint))
        // Another request is told anew.
        house.clock.advance(seconds: 10)
        try await house.useCases.requestScan(
            endpoint.principal.endpoint, by: house.administrator)
        #expect(try await wantsScan(endpoint))
    }

    @Test func `a scan from a clock that was set back far is stored, an overtaken one is not`()
        async throws
    {
        for (secondsBack, isStored) in [(60, false), (7200, true)] as [(Int64, Bool)] {
            let house = try await House()
            let endpoint = try await house.enrol("ep1")
            try await endpoint.report(["bash": "1"])
            house.clock.advance(seconds: 30)
            try await endpoint.report(
                ["bash": "1", "dash": "1"], updates: [TestEndpoint.update("dash")],
                scannedAt: house.clock.now.adding(seconds: -secondsBack))
            let view = try await house.useCases.endpoint(
                endpoint.principal.endpoint, by: house.administrator)
            #expect((view.posture?.updates.isEmpty == false) == isStored, "\(secondsBack)")
        }
    }

    private func wantsScan(_ endpoint: TestEndpoint) async throws -> Bool {
        try await endpoint.house.useCases.collectWork(
            WorkRequest(waitSeconds: 0), by: endpoint.principal
        ).scanNow
    }
}
