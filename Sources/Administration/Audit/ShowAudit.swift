public import ControlPlane
public import ServerRecords

extension UseCases {
    /// The latest entries that the asker may see, newest first.
    ///
    /// `subject` narrows them to those about one identifier; `before` is the place that a page ends
    /// before, `nil` for the first page; `limit` is the size of a page, 1 to 500.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`.
    public func auditEntries(
        by principal: Principal, subject: String? = nil, before: AuditCursor? = nil,
        limit: Int = 100
    ) async throws -> [AuditEntry] {
        try principal.require(.readAudit)
        return try await ledger.read {
            try $0.latestAuditEntries(
                in: principal.scope, subject: subject, before: before,
                limit: min(max(limit, 1), 500))
        }
    }
}
