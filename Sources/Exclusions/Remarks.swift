public import Administration
public import ControlPlane
public import ServerRecords

extension UseCases {
    /// What has been said of updates, with what else is to be told to whoever says it. It is stored
    /// already, whatever becomes of the questions that this asks.
    ///
    /// - Parameters:
    ///   - item: what has been stored.
    ///   - principal: who said it.
    /// - Returns: the same, with its remarks.
    public func remarked(_ item: ApprovalItem, by principal: Principal) async -> ApprovalItem {
        var item = item
        item.warning = try? await warning(about: item.record, by: principal)
        return item
    }
}
