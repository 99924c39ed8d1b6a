import Administration
import ControlPlane
import Fleet
import ServerRecords
import Testing

@Suite("A backup that is too old raises an alert")
struct BackupAlertTests {
    private static let old = BackupFacts(
        lastAt: Timestamp("2026-11-01T00:00:00Z"), toldBy: "restic", isTooOld: true)
    private static let unknown = BackupFacts(problem: "No command is named.", isTooOld: true)

    private func open(_ house: House) async throws -> [Alert] {
        let scope = Scope.tenant(house.tenant.id)
        return try await house.useCases.ledger.read {
            try $0.alerts(in: scope, openOnly: true, before: nil, limit: 9)
        }
    }

    @Test(arguments: [
        (old, "was made at 2026-11-01T00:00:00Z"), (unknown, "No command is named."),
    ])
    func `it is raised once, and ends by itself when there is a young one`(
        backup: BackupFacts, words: String
    ) async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1"], backup: backup)
        try await endpoint.report(["bash": "2"], backup: backup)
        let alerts = try await open(house)
        #expect(alerts.map(\.kind) == [.backupStale])
        #expect(alerts.first?.subject == endpoint.principal.endpoint.text)
        #expect(alerts.first?.sentence.contains(words) == true, "\(alerts)")
        let young = BackupFacts(lastAt: house.clock.now, toldBy: "restic", isTooOld: false)
        try await endpoint.report(["bash": "3"], backup: young)
        #expect(try await open(house).isEmpty)
        // The next time it is open again, with what is so then.
        try await endpoint.report(["bash": "4"], backup: Self.unknown)
        #expect(try await open(house).first?.sentence.contains("It is not known") == true)
    }

    @Test func `one that a person has acknowledged is not raised again and again`() async throws {
        let house = try await House()
        let endpoint = try await house.enrol("ep1")
        try await endpoint.report(["bash": "1"], backup: Self.old)
        let alert = try #require(try await open(house).first)
        _ = try await house.useCases.acknowledge(alert.id, by: house.administrator)
        try await endpoint.report(["bash": "2"], backup: Self.old)
        #expect(try await open(house).isEmpty)
        // Once it was young enough, the next time is another one.
        let young = BackupFacts(lastAt: house.clock.now, toldBy: "restic", isTooOld: false)
        try await endpoint.report(["bash": "3"], backup: young)
        try await endpoint.report(["bash": "4"], backup: Self.old)
        #expect(try await open(house).count == 1)
        #expect(try await open(house).first?.id != alert.id)
    }

    @Test(arguments: [
        nil, BackupFacts(), BackupFacts(problem: "No command is named."),
        BackupFacts(lastAt: Timestamp("2020-01-01T00:00:00Z"), toldBy: "restic"),
    ])
    func `where no policy asks for a backup nothing is raised`(
        backup: BackupFacts?
    ) async throws {
        let house = try await House()
        try await house.enrol("ep1").report(["bash": "1"], backup: backup)
        #expect(try await open(house).isEmpty)
    }
}
