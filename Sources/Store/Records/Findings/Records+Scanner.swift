import Fleet
import ServerRecords

extension StoreRecords: ScannerRecords {
    func save(_ done: ScannerImport) throws {
        try change(
            """
            INSERT INTO scanner_import (id, tenant_id, imported_at, body) VALUES ($1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET body = excluded.body
            """, done.id, done.tenant, done.importedAt, try StoredJSON.text(done))
    }

    func save(_ findings: [ScannerFinding]) throws {
        for finding in findings {
            try change(
                """
                INSERT INTO scanner_finding (tenant_id, endpoint_id, vulnerability, scanner,
                    import_id, reported_at, severity, package, detail)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                ON CONFLICT (tenant_id, vulnerability, endpoint_id, scanner) DO UPDATE SET
                    import_id = excluded.import_id, reported_at = excluded.reported_at,
                    severity = excluded.severity, package = excluded.package,
                    detail = excluded.detail
                WHERE excluded.reported_at >= scanner_finding.reported_at
                """, finding.tenant, finding.endpoint, finding.vulnerability, finding.scanner,
                finding.importID, finding.reportedAt, finding.severity, finding.package,
                finding.detail)
        }
    }

    func scannerImports(
        in scope: Scope, before: ScannerImportID?, limit: Int
    ) throws -> [ScannerImport] {
        var text = SQLText("SELECT body FROM scanner_import")
        text.require(scope)
        if let before { text.require("id < \(text.bind(before))") }
        text.add("ORDER BY id DESC LIMIT \(text.bind(max(limit, 0)))")
        return try rows(text).map { try StoredJSON.value($0.first()) }
    }

    func scannerFindings(_ query: ScannerFindingQuery) throws -> [ScannerFinding] {
        var text = SQLText(
            """
            SELECT found.endpoint_id, found.tenant_id, found.vulnerability, found.scanner,
                found.import_id, found.reported_at, found.severity, found.package, found.detail
            FROM scanner_finding AS found
            JOIN endpoint ON endpoint.tenant_id = found.tenant_id
                AND endpoint.id = found.endpoint_id
            """)
        text.require("endpoint.retired_at IS NULL")
        text.require(query.scope, column: "found.tenant_id")
        if let name = query.vulnerability {
            text.require("found.vulnerability = \(text.bind(name))")
        }
        if let endpoint = query.endpoint {
            text.require("found.endpoint_id = \(text.bind(endpoint))")
        }
        let key = "found.vulnerability, found.endpoint_id, found.scanner"
        if let after = query.after {
            let place = [
                text.bind(after.vulnerability), text.bind(after.endpoint),
                text.bind(after.scanner),
            ].joined(separator: ", ")
            text.require("(\(key)) > (\(place))")
        }
        text.add("ORDER BY \(key) LIMIT \(text.bind(max(query.limit, 0)))")
        return try rows(text).map { row in
            var row = row.reader
            return ScannerFinding(
                endpoint: try row.next(), tenant: try row.next(), vulnerability: try row.next(),
                scanner: try row.next(), importID: try row.next(), reportedAt: try row.next(),
                severity: try row.next(), package: try row.next(), detail: try row.next())
        }
    }

    func endpointNames(in scope: Scope, after: EndpointID?, limit: Int) throws -> [EndpointName] {
        var text = SQLText(
            """
            SELECT endpoint.id, endpoint.tenant_id, endpoint.name, known.body FROM endpoint
            LEFT JOIN endpoint_identity AS known ON known.tenant_id = endpoint.tenant_id
                AND known.endpoint_id = endpoint.id
            """)
        text.require("endpoint.retired_at IS NULL")
        text.require(scope, column: "endpoint.tenant_id")
        if let after { text.require("endpoint.id > \(text.bind(after))") }
        text.add("ORDER BY endpoint.id LIMIT \(text.bind(max(limit, 0)))")
        return try rows(text).map { row in
            var row = row.reader
            let (id, tenant): (EndpointID, TenantID) = (try row.next(), try row.next())
            let (name, body): (String, String?) = (try row.next(), try row.next())
            return EndpointName(
                id: id, tenant: tenant, name: name,
                identity: try body.map { try StoredJSON.value($0) })
        }
    }

    func store(_ identity: MachineIdentity?, of endpoint: EndpointID, tenant: TenantID) throws {
        guard let identity else {
            try change(
                "DELETE FROM endpoint_identity WHERE tenant_id = $1 AND endpoint_id = $2", tenant,
                endpoint)
            return
        }
        try change(
            """
            INSERT INTO endpoint_identity (tenant_id, endpoint_id, body) VALUES ($1, $2, $3)
            ON CONFLICT (tenant_id, endpoint_id) DO UPDATE SET body = excluded.body
            WHERE endpoint_identity.body <> excluded.body
            """, tenant, endpoint, try StoredJSON.text(identity))
    }
}

extension Severity: SQLConvertible {}
