import Fleet
import ServerRecords

extension StoreRecords: CheckInRecords {
    func checkIn(
        _ endpoint: EndpointID, of tenant: TenantID, reporting report: CheckInReport,
        at now: Timestamp
    ) throws -> CheckInStanding? {
        let row = try changeReturning(
            """
            UPDATE endpoint SET
                last_seen_at = $3, agent_version = $4, boot_id = $5,
                scanned_at = CASE
                    WHEN inventory_digest = $7 AND posture_digest = $8
                        AND (scanned_at IS NULL OR scanned_at < $6 OR scanned_at > $3) THEN $6
                    ELSE scanned_at END
            WHERE tenant_id = $1 AND id = $2 AND retired_at IS NULL
            RETURNING inventory_digest, posture_digest, scan_requested_at,
                (SELECT count(*) FROM job WHERE job.tenant_id = $1 AND job.endpoint_id = $2
                    AND job.is_open = 1), forensics
            """, tenant, endpoint, now, report.agentVersion, report.bootId, report.scannedAt,
            report.inventoryDigest, report.postureDigest
        ).first
        guard var row = row?.reader else { return nil }
        return CheckInStanding(
            inventoryDigest: try row.next(), postureDigest: try row.next(),
            scanRequestedAt: try row.next(), openJobs: try row.next(),
            forensics: try EndpointColumns.forensics(&row))
    }
}
