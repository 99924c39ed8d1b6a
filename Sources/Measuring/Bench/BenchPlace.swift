import Administration
import CommandBasics
import ControlPlane
import Fleet
import Foundation
import ServerRecords
import Store
import Trust

/// A control plane without a server, over a SQLite file in a folder that is removed afterwards.
struct BenchPlace: Sendable {
    let useCases: UseCases
    let tenant: TenantID
    private let ledger: SQLLedger
    private let keys: ServerKeys

    /// Works in one, in a folder made in `parent`, which is the disk that is measured; `nil` stands
    /// for the usual temporary folder.
    static func with(
        in parent: String?, _ body: (BenchPlace) async throws -> Void
    ) async throws {
        let folder = (parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory)
            .appending(path: "patchbay-bench-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let ledger = try SQLLedger.open(
            .sqliteFile(path: folder.appending(path: "patchbay.sqlite").path))
        do {
            try await body(try await BenchPlace(ledger))
        } catch {
            await ledger.close()
            throw error
        }
        await ledger.close()
    }

    private init(_ ledger: SQLLedger) async throws {
        self.ledger = ledger
        keys = try ServerKeys.make(
            at: SystemEffects.now(), names: ["localhost"], entropy: SystemEffects.randomBytes)
        useCases = UseCases(
            ledger: ledger, effects: SystemEffects.effects, keys: keys, signals: Signals())
        tenant = try await useCases.createTenant(name: "Bench", by: .localAdministrator).id
    }

    /// The use cases of a server that has just started on the same database.
    func restarted() -> UseCases {
        UseCases(ledger: ledger, effects: SystemEffects.effects, keys: keys, signals: Signals())
    }

    /// An enrolment token for so many endpoints.
    func token(uses: Int) async throws -> EnrolmentTokenText {
        let made = try await useCases.createEnrolmentToken(
            by: .localAdministrator, tenant: tenant, maximumUses: uses,
            serverURLs: ["https://localhost:8443"])
        return try EnrolmentTokenText(parsing: made.text)
    }
}
