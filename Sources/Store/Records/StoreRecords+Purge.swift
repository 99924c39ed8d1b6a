import Fleet
import ServerRecords

/// Every statement chooses its rows first, at most so many, and then removes them by their key.
extension StoreRecords: PurgeRecords {
    func purgeHistory(before: Timestamp, limit: Int) throws -> Int {
        // The line in force at the instant has no later one up to it, and stays.
        try change(
            """
            DELETE FROM inventory_history WHERE (tenant_id, endpoint_id, at) IN (
                SELECT old.tenant_id, old.endpoint_id, old.at FROM inventory_history AS old
                WHERE old.at < $1 AND EXISTS (SELECT 1 FROM inventory_history AS later
                    WHERE later.tenant_id = old.tenant_id
                        AND later.endpoint_id = old.endpoint_id
                        AND later.at > old.at AND later.at <= $1)
                LIMIT $2)
            """, before, max(limit, 0))
    }

    func purgeUnnamedInventories(storedBefore: Timestamp, limit: Int) throws -> Int {
        // An endpoint's own inventory is the latest of its history, which is never purged.
        try change(
            """
            DELETE FROM inventory WHERE (tenant_id, digest) IN (
                SELECT lone.tenant_id, lone.digest FROM inventory AS lone
                WHERE lone.stored_at < $1
                    AND NOT EXISTS (SELECT 1 FROM inventory_history AS line
                        WHERE line.tenant_id = lone.tenant_id AND line.digest = lone.digest)
                LIMIT $2)
            """, storedBefore, max(limit, 0))
    }

    func purgeJobLogs(ofJobsMadeBefore before: Timestamp, limit: Int) throws -> Int {
        // From the logs to their jobs: most old jobs have no log any more.
        let jobs = try rows(
            """
            SELECT DISTINCT job_log.tenant_id, job_log.job_id FROM job_log
            CROSS JOIN job WHERE job.tenant_id = job_log.tenant_id AND job.id = job_log.job_id
                AND job.is_open = 0 AND job.created_at < $1
            LIMIT $2
            """, before, max(limit, 0))
        for job in jobs {
            var job = job.reader
            let (tenant, id): (TenantID, JobID) = (try job.next(), try job.next())
            try change("DELETE FROM job_log WHERE tenant_id = $1 AND job_id = $2", tenant, id)
        }
        return jobs.count
    }

    func purgeTokens(endedBefore: Timestamp, limit: Int) throws -> Int {
        var removed = 0
        for table in ["enrolment_token", "api_token"] {
            removed += try change(
                """
                DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table)
                    WHERE expires_at < $1 OR revoked_at < $1 LIMIT $2)
                """, endedBefore, max(limit - removed, 0))
        }
        return removed
    }

    func purgePlans(endedBefore: Timestamp, limit: Int) throws -> Int {
        try change(
            """
            DELETE FROM saved_plan WHERE id IN (
                SELECT id FROM saved_plan WHERE ends_at < $1 LIMIT $2)
            """, endedBefore, max(limit, 0))
    }
}
