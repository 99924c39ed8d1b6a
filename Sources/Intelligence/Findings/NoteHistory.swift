package import ControlPlane
package import Fleet
import ServerRecords

extension UseCases {
    /// The setting that tells since when ended times of findings are kept.
    private static let historySetting = "findingHistorySince"

    /// Notes, once, that ended times of findings are kept from now on.
    func noteFirstHistory() async throws {
        let now = effects.now()
        guard try await ledger.read({ try $0.setting(Self.historySetting) }) == nil else { return }
        try await ledger.write { records in
            guard try records.setting(Self.historySetting) == nil else { return }
            try records.setSetting(Self.historySetting, to: now.description)
        }
    }

    /// Since when ended times of findings are kept; `nil` when no server has looked yet.
    package func findingHistorySince() async throws -> Timestamp? {
        try await ledger.read { try $0.setting(Self.historySetting) }.flatMap { Timestamp($0) }
    }
}
