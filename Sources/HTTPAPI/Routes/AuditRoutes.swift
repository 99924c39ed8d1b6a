import Administration
import ControlPlane
import ServerRecords

/// The audit log.
enum AuditRoutes {
    static let all: [Route] = [
        Route(
            .get, "/api/v1/audit", permission: .principal(.readAudit),
            summary: "Lists audit entries, newest first.",
            query: [
                QueryParameter("subject", .string, "Only entries about this identifier."),
                QueryParameter("before", .string, "The page after this: next of the page before."),
                QueryParameter("limit", .integer, "Rows, 1 to \(EndpointQuery.maximumPage)."),
            ],
            response: .auditList
        ) { call in
            let limit = try call.queryNumber(
                "limit", in: 1...EndpointQuery.maximumPage, standard: 100)
            let entries = try await call.useCases.auditEntries(
                by: try call.principal(), subject: call.query["subject"],
                before: try call.queryValue("before", AuditCursor.init(text:)), limit: limit)
            let last = entries.count == limit ? entries.last : nil
            return .json(
                ItemList(
                    items: entries,
                    next: last.map {
                        AuditCursor(at: $0.at, chain: $0.chain, sequence: $0.sequence).text
                    }))
        },
        Route(
            .get, "/api/v1/audit/verify", permission: .principal(.readAudit),
            summary: "Checks the whole audit log.", response: .auditVerdict
        ) { call in
            try requireProvider(call)
            return .json(try await call.useCases.verifyAudit())
        },
        Route(
            .get, "/api/v1/audit/export", permission: .principal(.readAudit),
            summary:
                "The audit log as JSON lines that prove themselves (patchbay audit verify --file)."
        ) { call in
            let principal = try call.principal()
            return .file(named: "patchbay-audit.jsonl", type: "application/jsonl") { body in
                try await call.useCases.auditExport(by: principal) { try await body.send($0) }
            }
        },
    ]

    /// A check goes through every tenant's chain, and its figures are the provider's: a tenant
    /// checks its own export instead.
    private static func requireProvider(_ call: Call) throws {
        guard try call.principal().scope == .provider else {
            throw Refusal(
                .forbidden, "E_FORBIDDEN", "Only the provider checks the log of all tenants.",
                nextStep: "Export your log, and check it with “patchbay audit verify --file”.")
        }
    }
}
