import ControlPlane
import Fleet

extension StoreRecords: CheckInRecords {
    /// How far an endpoint's clock may be ahead of the server's before a scan's time is not
    /// believed, in seconds. A scan from the future would count as fresh for longer than it is.
    static let clockAheadSeconds: Int64 = 300

    func checkIn(
        _ endpoint: EndpointID, of tenant: TenantID, scannedAt: Timestamp?, agentVersion: String,
        bootId: String, at now: Timestamp
    ) throws -> CheckInStanding? {
        let latest = now.adding(seconds: Self.clockAheadSeconds)
        let believed = scannedAt.flatMap { $0 <= latest ? $0 : nil }
        // What was before is kept in columns of its own, since SQLite returns no more than the row
        // as it is after the change.
        let row = try changeReturning(
            """
            UPDATE endpoint SET
                last_seen_at = $3, agent_version = $4, boot_id_before = boot_id, boot_id = $5, scanned_at_before = scanned_at,
                scanned_at = CASE WHEN scanned_at >= $6 THEN scanned_at ELSE coalesce($6, scanned_at) END
            WHERE tenant_id = $1 AND id = $2 AND retired_at IS NULL
            RETURNING inventory_digest, posture_digest, boot_id_before, scanned_at_before, scan_requested_at,
                (SELECT count(*) FROM job WHERE job.tenant_id = $1 AND job.endpoint_id = $2 AND job.is_open = 1)
            """, tenant, endpoint, now, agentVersion, bootId, believed
        ).first
        guard var row = row?.reader else { return nil }
        return CheckInStanding(
            inventoryDigest: try row.next(), postureDigest: try row.next(),
            bootIdBefore: try row.next(),
            scannedAtBefore: try row.next(), scanRequestedAt: try row.next(),
            openJobs: try row.next())
    }
}
