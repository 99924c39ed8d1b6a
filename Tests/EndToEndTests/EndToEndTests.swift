import TestSupport
import Testing

/// The product as a whole: a server, its command line and agents on real Debian endpoints, in a lab
/// of network namespaces (testbed/README.md). No module of the product runs inside this process.
///
/// Each database has a lab of its own; both work through `Scenario.all`, each in its order. Set
/// `PATCHBAY_SCENARIOS` to words of their names, with commas between, to play only some.
@Suite(.requires(.root, .networkNamespaces, .testBed, .binaries))
struct EndToEndTests {
    @Test(.serialized, .lab(.sqlite), arguments: Scenario.chosen)
    func `On SQLite`(_ scenario: Scenario) async throws {
        try await Lab.current.play(scenario)
    }

    @Test(
        .serialized, .requires(.postgreSQL), .lab(.postgreSQL),
        arguments: Scenario.chosen.filter(\.isAboutServer))
    func `On PostgreSQL`(_ scenario: Scenario) async throws {
        try await Lab.current.play(scenario)
    }
}
