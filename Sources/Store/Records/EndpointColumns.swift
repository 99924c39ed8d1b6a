import Fleet
import ServerRecords

/// How an endpoint stands in its table.
enum EndpointColumns {
    /// The columns of a record, in the order in which they are read.
    static let list = """
        id, tenant_id, site_id, name, public_key, machine_fingerprint, enrolled_at, retired_at, \
        last_seen_at, scanned_at, inventory_digest, posture_digest, agent_version, boot_id, \
        scan_requested_at, os_name, packages, missing_security, missing_total, reboot_required, \
        restarts_needed, sources_not_ok, unsupported, overdue, \
        CASE WHEN settled_digest = inventory_digest THEN 1 ELSE 0 END, forensics
        """

    /// The record of a row with the columns of `list`.
    static func record(_ row: SQLRow) throws -> EndpointRecord {
        var row = row.reader
        return EndpointRecord(
            id: try row.next(), tenant: try row.next(), site: try row.next(), name: try row.next(),
            publicKey: try row.next(), machineFingerprint: try row.next(),
            enrolledAt: try row.next(),
            retiredAt: try row.next(), lastSeenAt: try row.next(), scannedAt: try row.next(),
            inventoryDigest: try row.next(), postureDigest: try row.next(),
            agentVersion: try row.next(),
            bootId: try row.next(), scanRequestedAt: try row.next(), standing: try standing(&row),
            faults: EndpointFaults(unsupported: try row.next(), overdue: try row.next()),
            isSettled: try row.next(), forensics: try forensics(&row))
    }

    /// What is wanted of an endpoint for a triage.
    static func forensics(_ row: inout SQLRowReader) throws -> EndpointForensics? {
        let text: String? = try row.next()
        return try text.map { try StoredJSON.value($0) }
    }

    private static func standing(_ row: inout SQLRowReader) throws -> Standing {
        Standing(
            osName: try row.next(), packages: try row.next(), missingSecurity: try row.next(),
            missingTotal: try row.next(), rebootRequired: try row.next(),
            restartsNeeded: try row.next(),
            sourcesNotOk: try row.next())
    }

    /// What a list by name is ordered by: the name in lower case.
    static func nameKey(_ name: String) -> String { name.lowercased() }
}
