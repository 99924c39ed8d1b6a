import TestSupport
import Testing

/// The product as a whole: a server, its command line and agents on real Debian endpoints, in a lab
/// of network namespaces (testbed/README.md). No module of the product runs inside this process.
///
/// Each test has a lab of its own, and works through its part of `Scenario.all` in its order: what is
/// about the server once for each database, what happens on endpoints alone beside both of them. Set
/// `PATCHBAY_SCENARIOS` to words of their names, with commas between, to play only some.
@Suite(.requires(.root, .networkNamespaces, .testBed, .binaries))
struct EndToEndTests {
    @Test(
        .enabled(if: !Scenario.aboutServer.isEmpty), .serialized, .lab(.sqlite),
        arguments: Scenario.aboutServer)
    func `On SQLite`(_ scenario: Scenario) async throws {
        try await Lab.current.play(scenario)
    }

    @Test(
        .enabled(if: !Scenario.aboutServer.isEmpty), .serialized, .requires(.postgreSQL),
        .lab(.postgreSQL), arguments: Scenario.aboutServer)
    func `On PostgreSQL`(_ scenario: Scenario) async throws {
        try await Lab.current.play(scenario)
    }

    @Test(
        .enabled(if: !Scenario.onEndpointsAlone.isEmpty), .serialized, .labOfEndpoints,
        arguments: Scenario.onEndpointsAlone)
    func `On SQLite, what happens on endpoints alone`(_ scenario: Scenario) async throws {
        try await Lab.current.play(scenario)
    }
}
