import Administration
import AgentProtocol
import ControlPlane
import Fleet
import ServerRecords
import Testing
import Trust

@Suite("A scan becomes stored truth")
struct ScanTests {
    @Test func `an unchanged check-in asks for nothing, a changed one for the scan`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1"])
        let held = try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator)
        let record = try await house.useCases.ledger.read {
            try $0.endpoint(endpoint.principal.endpoint, in: .provider)
        }
        var request = CheckInRequest(
            inventoryDigest: held.inventoryDigest, postureDigest: record?.postureDigest,
            scannedAt: house.clock.now, agentVersion: "1", bootId: "boot-1")
        #expect(
            try await house.useCases.checkIn(request, by: endpoint.principal).wantsScan == false)
        request.inventoryDigest = Digest.sha256Hex([])
        let answer = try await house.useCases.checkIn(request, by: endpoint.principal)
        #expect(answer.wantsScan)
        #expect(answer.knownInventoryDigest == held.inventoryDigest)
    }

    @Test func `an inventory that is not what its digest says changes nothing`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let bytes = Inventory([TestEndpoint.package("bash", "1")]).canonicalBytes
        await #expect(throws: Refusal.self) {
            try await house.useCases.storeInventory(
                bytes, digest: Digest.sha256Hex([]), by: endpoint.principal)
        }
        let isStored = try await house.useCases.ledger.read {
            try $0.hasInventory(Digest.sha256Hex([]), of: house.tenant.id)
        }
        #expect(!isStored)
    }

    @Test func `a delta leads to the inventory that its digest names, or the whole is asked for`()
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1", "dash": "1"])
        house.clock.advance(seconds: 60)
        let old = Inventory([TestEndpoint.package("bash", "1"), TestEndpoint.package("dash", "1")])
        let new = Inventory([TestEndpoint.package("bash", "2"), TestEndpoint.package("zsh", "1")])
        var upload = ScanUpload(
            scannedAt: house.clock.now, inventoryDigest: Digest.sha256Hex(new.canonicalBytes),
            postureDigest: Digest.sha256Hex([1]),
            posture: Posture(
                endpoint: endpoint.facts(bootId: "boot-1"), sources: [], updates: [],
                reboot: RebootState(),
                restarts: []),
            delta: new.delta(from: old), baseDigest: Digest.sha256Hex([9]))
        #expect(
            try await house.useCases.storeScan(upload, by: endpoint.principal).wantsFullInventory)
        upload.baseDigest = Digest.sha256Hex(old.canonicalBytes)
        #expect(
            try await !house.useCases.storeScan(upload, by: endpoint.principal).wantsFullInventory)
        let now = try await house.useCases.packages(
            of: endpoint.principal.endpoint, by: house.administrator)
        #expect(now.packages.map(\.name) == ["bash", "zsh"])
    }

    @Test func `what was installed at an earlier time can be asked`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1"])
        let before = house.clock.now
        house.clock.advance(seconds: 3600)
        try await endpoint.report(["bash": "2"])
        let then = try await house.useCases.packages(
            of: endpoint.principal.endpoint, at: before, by: house.administrator)
        let now = try await house.useCases.packages(
            of: endpoint.principal.endpoint, by: house.administrator)
        #expect(then.packages.map(\.version) == ["1"])
        #expect(now.packages.map(\.version) == ["2"])
        #expect(
            try await house.useCases.history(
                of: endpoint.principal.endpoint, by: house.administrator
            ).count == 2)
        await #expect(throws: Refusal.self) {
            try await house.useCases.packages(
                of: endpoint.principal.endpoint, at: before.adding(seconds: -1),
                by: house.administrator)
        }
    }

    @Test func `naming another tenant's inventory yields nothing`() async throws {
        let house = try await House()
        let other = try await house.useCases.createTenant(name: "Other", by: house.administrator)
        let theirs = try await house.enrol("theirs", tenant: other)
        try await theirs.report(["secret-tool": "1"])
        let mine = try await house.enrol("mine")
        let digest = Digest.sha256Hex(
            Inventory([TestEndpoint.package("secret-tool", "1")]).canonicalBytes)
        let answer = try await house.useCases.storeScan(
            ScanUpload(
                scannedAt: house.clock.now, inventoryDigest: digest, postureDigest: digest,
                posture: Posture(
                    endpoint: mine.facts(bootId: "boot-1"), sources: [], updates: [],
                    reboot: RebootState(),
                    restarts: [])),
            by: mine.principal)
        #expect(answer.wantsFullInventory)
    }

    @Test func `an endpoint without any package source is unknown, not compliant`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1"], sources: [])
        let detail = try await house.useCases.endpoint(
            endpoint.principal.endpoint, by: house.administrator)
        #expect(detail.item.verdict.compliance == .unknown)
    }

    @Test func `silence turns a compliant endpoint unknown`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        func compliance() async throws -> Compliance {
            try await house.useCases.endpoint(endpoint.principal.endpoint, by: house.administrator)
                .item.verdict.compliance
        }
        #expect(try await compliance() == .unknown)
        try await endpoint.report(["bash": "1"])
        #expect(try await compliance() == .unknown, "no feed has been asked about it yet")
        try await house.settle()
        #expect(try await compliance() == .compliant)
        try await endpoint.report(["bash": "2"])
        #expect(try await compliance() == .unknown, "nor about what is new in it")
        try await house.settle()
        #expect(try await compliance() == .compliant)
        try await endpoint.report(["bash": "1"], updates: [TestEndpoint.update("bash")])
        #expect(try await compliance() == .nonCompliant)
        house.clock.advance(seconds: 25 * 3600)
        #expect(try await compliance() == .unknown)
    }

    @Test(arguments: [(200, true), (3600, false)])
    func `a clock far ahead does not make one scan fresh for ever`(ahead: Int64, isBelieved: Bool)
        async throws
    {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1"])
        func stored() async throws -> EndpointRecord? {
            try await house.useCases.ledger.read {
                try $0.endpoint(endpoint.principal.endpoint, in: .provider)
            }
        }
        let before = try #require(try await stored())
        house.clock.advance(seconds: 1800)
        let request = CheckInRequest(
            inventoryDigest: before.inventoryDigest, postureDigest: before.postureDigest,
            scannedAt: house.clock.now.adding(seconds: ahead), agentVersion: "1", bootId: "boot-1")
        _ = try await house.useCases.checkIn(request, by: endpoint.principal)
        #expect(try await stored()?.scannedAt == (isBelieved ? house.clock.now : before.scannedAt))
    }

    @Test func `after the clock was set back the scan just taken is what is shown`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        let id = endpoint.principal.endpoint
        try await endpoint.report(["bash": "1"])
        house.clock.advance(seconds: -3600)
        try await endpoint.report(["bash": "2"], updates: [TestEndpoint.update("bash")])
        let shown = try await house.useCases.packages(of: id, by: house.administrator)
        #expect(shown.packages.map(\.version) == ["2"])
        #expect(shown.since <= house.clock.now)
        let detail = try await house.useCases.endpoint(id, by: house.administrator)
        #expect(detail.item.scannedAt == house.clock.now)
        // The same scan again, after another step back, is told by its digests alone.
        house.clock.advance(seconds: -3600)
        let held = try #require(
            try await house.useCases.ledger.read { try $0.endpoint(id, in: .provider) })
        _ = try await house.useCases.checkIn(
            CheckInRequest(
                inventoryDigest: held.inventoryDigest, postureDigest: held.postureDigest,
                scannedAt: house.clock.now, agentVersion: "1", bootId: "boot-1"),
            by: endpoint.principal)
        let again = try await house.useCases.endpoint(id, by: house.administrator)
        #expect(again.item.scannedAt == house.clock.now)
    }

    @Test func `an impossible package name in a scan is refused`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        await #expect(throws: Refusal.self) {
            try await endpoint.report(["bash": "1"], updates: [TestEndpoint.update("--purge")])
        }
    }
}
