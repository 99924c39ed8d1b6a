import Intelligence
import Administration
import Advisories
import AgentProtocol
import ControlPlane
import Fleet
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServerRecords
import Synchronization
import TestSupport
import Testing
import Trust

@testable import HTTPAPI

/// The same number stands on the card, on the picture, in the list, in the file and in the API, on
/// a thousand random fleets. A fleet is a tenant here, so that one server holds them all.
struct SameCountTests {
    private static let fleets = 1_000
    /// How many of them are counted before they are judged, too.
    private static let fleetsUnjudged = 50
    private static let versions = ["3.0.1", "3.0.2-16", "3.0.9"]

    @Test func `card, picture, list, file and API have the same counts`() async throws {
        let seed: UInt64 = 20_261_122
        var random = SeededGenerator(seed: seed)
        let fixture = try await Fixture()
        let inventories = try Self.versions.map(Self.scan)
        var tenants: [(id: TenantID, has: Int)] = []
        for number in 0..<Self.fleets {
            let tenant = try await fixture.useCases.createTenant(
                name: "Fleet \(number)", by: .localAdministrator)
            var has = 0
            for place in 0..<Int.random(in: 0...4, using: &random) {
                let endpoint = EndpointRecord(
                    id: fixture.useCases.effects.newIdentifier(), tenant: tenant.id,
                    name: "e\(place)", publicKey: fixture.useCases.effects.randomBytes(32),
                    machineFingerprint: nil, enrolledAt: Fixture.start)
                try await fixture.useCases.ledger.write { try $0.insert(endpoint) }
                // One in four has never been scanned.
                guard Int.random(in: 0..<4, using: &random) > 0 else { continue }
                let version = Int.random(in: 0..<Self.versions.count, using: &random)
                try await Self.report(inventories[version], endpoint, fixture.useCases)
                if version == 0 { has += 1 }
            }
            tenants.append((tenant.id, has))
        }
        // Before the reports are judged the compliance of some is unknown, everywhere alike.
        var beingJudged = 0
        for (number, tenant) in tenants.prefix(Self.fleetsUnjudged).enumerated() {
            let name = "seed \(seed), fleet \(number), not judged yet"
            let card = try await compliance(of: tenant.id, fixture, name)
            #expect(card.compliant == 0 && card.nonCompliant == tenant.has, "\(name)")
            #expect(card.beingJudged <= card.unknown, "\(name)")
            beingJudged += card.beingJudged
        }
        #expect(beingJudged > 0)
        try await fixture.useCases.buildFindings()
        try await fixture.useCases.settleSupport()
        for (number, tenant) in tenants.enumerated() {
            try await check(tenant.id, has: tenant.has, fixture, "seed \(seed), fleet \(number)")
        }
    }

    /// Card, list and file say the same of a fleet's compliance.
    private func compliance(
        of tenant: TenantID, _ fixture: Fixture, _ name: String
    ) async throws -> FleetCounts {
        let useCases = fixture.useCases
        let card = try await useCases.overview(by: .localAdministrator, tenant: tenant).counts
        #expect(card.compliant + card.nonCompliant + card.unknown == card.total, "\(name)")
        for compliance in Compliance.allCases {
            let list = try await useCases.endpoints(
                EndpointFilter(tenant: tenant, compliance: compliance), by: .localAdministrator)
            let count =
                switch compliance {
                case .compliant: card.compliant
                case .nonCompliant: card.nonCompliant
                case .unknown: card.unknown
                }
            #expect(list.total == count && list.items.count == count, "\(name) \(compliance)")
            let rows = try await lines(
                "endpoints?tenant=\(tenant)&compliance=\(compliance.rawValue)", fixture)
            #expect(rows.count == count, "\(name) \(compliance)")
        }
        return card
    }

    /// Everything that counts says the same of a fleet.
    private func check(
        _ tenant: TenantID, has: Int, _ fixture: Fixture, _ name: String
    ) async throws {
        let useCases = fixture.useCases
        let card = try await compliance(of: tenant, fixture, name)
        #expect(card.beingJudged == 0, "\(name)")
        let picture = try await useCases.exposure(by: .localAdministrator, tenant: tenant)
        let today = try #require(picture.items.last).figures
        let items = try await useCases.findings(
            FindingFilter(tenant: tenant), by: .localAdministrator
        ).items
        let vulnerabilities = try await useCases.vulnerabilities(
            VulnerabilityFilter(tenant: tenant), by: .localAdministrator)
        let file = try await lines("findings?tenant=\(tenant)", fixture)
        #expect(today.total == has && today.affected == has, "\(name)")
        #expect(items.count == has && file.count == has, "\(name)")
        #expect(vulnerabilities.items.reduce(0) { $0 + $1.endpoints } == has, "\(name)")
        #expect(today.kev == items.count(where: \.kev), "\(name)")
        #expect(today.overdue == items.count(where: \.isOverdue), "\(name)")
        #expect(today.fixable == items.count { $0.state == .fixAvailable }, "\(name)")
        let bySeverity = Severity.allCases.map { severity in
            items.count { $0.severity == severity }
        }
        let drawn = Severity.allCases.map { severity in
            switch severity {
            case .critical: today.critical
            case .important: today.important
            case .moderate: today.moderate
            case .low: today.low
            case .unrated: today.unrated
            }
        }
        #expect(drawn == bySeverity, "\(name)")
        let history = try? await useCases.history(
            of: FixtureShelf.vulnerability, FindingHistoryFilter(tenant: tenant),
            by: .localAdministrator)
        #expect((history?.total ?? 0) == has, "\(name)")
        let answer = await fixture.call(
            "GET", "/api/v1/exposure?tenant=\(tenant)", as: .provider(.viewer))
        let report = try JSONDecoder().decode(ExposureReport.self, from: Data(answer.bytes))
        #expect(report.items.last?.figures == today, "\(name)")
        let row = try await lines("exposure?tenant=\(tenant)", fixture).last ?? ""
        let cells = row.split(separator: ",", omittingEmptySubsequences: false).dropFirst(2)
        #expect(cells.compactMap { Int($0) } == ExposureFigures.figures.map { today[keyPath: $0] })
    }

    /// The rows of an exported table, without the names of its columns.
    private func lines(_ list: String, _ fixture: Fixture) async throws -> [String] {
        let answer = await fixture.call(
            "GET", "/api/v1/exports/\(list)", as: .provider(.viewer))
        #expect(answer.status == 200, "\(list)")
        let text = String(decoding: try await answer.streamed(), as: UTF8.self)
        #expect(text.hasSuffix("\r\n") && !text.hasSuffix("\r\n\r\n"))
        return text.split(separator: "\r\n").dropFirst().map(String.init)
    }
}

extension SameCountTests {
    /// What an endpoint reports that has openssl in a version: with the first it misses an update.
    fileprivate static func scan(_ version: String) throws -> (Inventory, Posture) {
        let inventory = Inventory([
            Package(
                manager: .apt, name: "openssl", version: version, architecture: "amd64",
                source: "openssl", sourceVersion: version)
        ])
        let missing = Update(
            manager: .apt, name: "openssl", architecture: "amd64", installed: version,
            candidate: "3.0.2-16", classes: [.security], origin: "Debian-Security:12",
            installability: .installable, bytes: 1)
        let posture = Posture(
            endpoint: Samples.posture(hostname: "e").endpoint,
            sources: [SourceState(name: "http://deb.example.org/debian", state: .ok)],
            updates: version == versions[0] ? [missing] : [], reboot: RebootState(signals: []),
            restarts: [])
        return (inventory, posture)
    }

    fileprivate static func report(
        _ scan: (inventory: Inventory, posture: Posture), _ endpoint: EndpointRecord,
        _ useCases: UseCases
    ) async throws {
        let agent = AgentPrincipal(endpoint: endpoint.id, tenant: endpoint.tenant)
        let digest = Digest.sha256Hex(scan.inventory.canonicalBytes)
        try await useCases.storeInventory(
            scan.inventory.canonicalBytes, digest: digest, by: agent)
        _ = try await useCases.storeScan(
            ScanUpload(
                scannedAt: Fixture.start, inventoryDigest: digest, postureDigest: digest,
                posture: scan.posture), by: agent)
    }
}

extension Answer {
    /// The bytes of a body that is written as it is made.
    fileprivate func streamed() async throws -> [UInt8] {
        guard case .stream(let write) = body else { return bytes }
        let collected = Collected()
        var writer = BodyWriter(writer: CollectingWriter(collected: collected))
        try await write(&writer)
        return collected.bytes.withLock { $0 }
    }
}

private final class Collected: Sendable {
    let bytes = Mutex<[UInt8]>([])
}

private struct CollectingWriter: ResponseBodyWriter {
    let collected: Collected

    mutating func write(_ buffer: ByteBuffer) async throws {
        collected.bytes.withLock { $0 += Array(buffer.readableBytesView) }
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
