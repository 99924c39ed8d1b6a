import AgentProtocol
import Fleet

/// How a scan travels: what the server lacks, and no more.
enum UploadPlan: Hashable, Sendable {
    /// The server has the inventory: only the posture is sent.
    case postureOnly
    /// The server has an inventory that is known here too: the difference is sent.
    case delta(InventoryDelta, base: String)
    /// The whole inventory is sent first.
    case whole

    /// A delta is worth sending while it names fewer than this part of the packages: it repeats
    /// field names that the canonical text does not have.
    static let deltaShare = 4

    /// What to send, when the server holds the inventory `known`, and `base` is what this agent
    /// sent last.
    static func decide(
        for record: ScanDesk.Record, known: String?, base: ScanDesk.Record?
    ) -> UploadPlan {
        guard let known else { return .whole }
        if known == record.inventoryDigest { return .postureOnly }
        guard let base, base.inventoryDigest == known else { return .whole }
        let delta = record.inventory.delta(from: base.inventory)
        let size = delta.changed.count + delta.removed.count
        guard size * deltaShare <= record.inventory.packages.count else { return .whole }
        return .delta(delta, base: known)
    }
}
