import Administration
import ArgumentParser
import CommandBasics
import ControlPlane
import ServerRecords

/// `patchbay bench audit`
struct BenchAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Append audit entries, and verify their chain.",
        discussion: "Example: patchbay bench audit --entries 20000")

    @Option(help: "How many entries.")
    var entries = 20_000
    @Option(help: "The folder on the disk to be measured.")
    var folder: String?

    /// Entries of one transaction.
    private static let perTransaction = 500

    func run() async throws {
        try await BenchPlace.with(in: folder) { place in
            let append = try await seconds { try await fill(place) }
            var verdict: AuditVerdict?
            let verify = try await seconds { verdict = try await place.useCases.verifyAudit() }
            guard let verdict, verdict.firstBroken == nil else {
                throw Failure(
                    .no, "The chain is broken.", nextStep: "This is a fault in Patchbay: report it."
                )
            }
            try Measurement(
                name: "audit.verify", value: Double(verdict.entries) / verify, unit: "entries/s"
            ).show()
            try Measurement(
                name: "audit.append", value: Double(entries) / append, unit: "entries/s"
            ).show()
        }
    }

    private func fill(_ place: BenchPlace) async throws {
        let useCases = place.useCases
        for first in stride(from: 0, to: entries, by: Self.perTransaction) {
            let last = min(first + Self.perTransaction, entries)
            try await useCases.ledger.write { records in
                for number in first..<last {
                    try useCases.appendAudit(
                        "endpoint.retired", subject: "endpoint-\(number)",
                        sentence: "Retired the endpoint number \(number) of the bench.",
                        actor: "local:administrator", tenant: place.tenant, in: records,
                        at: useCases.effects.now())
                }
            }
        }
    }
}
