import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import Foundation
import ServerRecords
import Store

extension Home {
    /// Where the database is: the address given, else that in the environment, else the file in the
    /// home folder.
    func databaseLocation(_ address: String?) throws -> DatabaseLocation {
        // An address with a password does not belong in argv, which every process on the machine
        // can read.
        let given = address ?? ProcessInfo.processInfo.environment["PATCHBAY_DATABASE"]
        guard let given, !given.isEmpty else { return .sqliteFile(path: database.path) }
        return try DatabaseLocation(given)
    }
}

/// The options of commands that may work on the database themselves.
struct LedgerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The database: sqlite:PATH or postgresql://...; PATCHBAY_DATABASE in the environment does the same.",
            valueName: "address"))
    var database: String?

    @OptionGroup var homeOption: HomeOption

    /// Where the database is.
    func location() throws -> DatabaseLocation { try homeOption.home.databaseLocation(database) }

    /// Works on the database, with no server beside.
    func withUseCases<Answer: Sendable>(
        access: SQLLedger.Access = .sole, _ body: (UseCases) async throws -> Answer
    ) async throws -> Answer {
        let keys = try KeyStore(home: homeOption.home).load()
        let ledger = try SQLLedger.open(try location(), access: access)
        let useCases = UseCases(
            ledger: ledger, effects: SystemEffects.effects, keys: keys, signals: Signals(),
            signingKeys: { [home = homeOption.home] in try SigningKeyStore(home: home).loadAll() })
        do {
            let answer = try await body(useCases)
            await ledger.close()
            return answer
        } catch {
            await ledger.close()
            throw error
        }
    }
}
