import Fleet
import ServerRecords

/// The log of a job. Texts are stored as bytes, since what a program prints may hold any character.
extension StoreRecords {
    /// How much longer a text may be than the endpoint's own bytes: each byte that is no UTF-8 has
    /// become U+FFFD, of three bytes.
    private static let longestReplacement: Int64 = 3

    func appendLog(
        _ text: String, at offset: Int64, length: Int64, to job: JobID, of tenant: TenantID
    ) throws {
        try requireWriting()
        let end = try logEnd(of: job, tenant: tenant)
        // A piece that came before comes again when its answer was lost.
        guard offset >= 0, length > 0, length <= Int64.max - offset, offset + length > end,
            max(offset, end) < JobLog.maximumBytes
        else { return }
        var bytes = Array(
            text.utf8.prefix(
                Int(clamping: min(length, JobLog.maximumBytes) * Self.longestReplacement)))
        if offset < end, Int64(bytes.count) == length { bytes.removeFirst(Int(end - offset)) }
        let start = max(offset, end)
        try change(
            "INSERT INTO job_log (tenant_id, job_id, starts_at, ends_at, body) VALUES ($1, $2, $3, $4, $5)",
            tenant,
            job, start, offset + length, Self.cut(bytes, to: JobLog.maximumBytes - start))
    }

    func log(of job: JobID, tenant: TenantID, from offset: Int64) throws -> JobLog {
        let pieces = try rows(
            """
            SELECT starts_at, ends_at, body FROM job_log WHERE tenant_id = $1 AND job_id = $2
                AND ends_at > $3
            ORDER BY starts_at
            """, tenant, job, offset)
        var bytes: [UInt8] = []
        var next = offset
        for piece in pieces {
            var piece = piece.reader
            let (start, end): (Int64, Int64) = (try piece.next(), try piece.next())
            var body: [UInt8] = try piece.next()
            // A reader that stands in the middle of a piece gets the rest of it, if its bytes are
            // the endpoint's own.
            if start < offset, Int64(body.count) == end - start {
                body.removeFirst(Int(offset - start))
            }
            bytes += body
            next = end
        }
        return JobLog(text: String(decoding: bytes, as: UTF8.self), nextOffset: next)
    }

    private func logEnd(of job: JobID, tenant: TenantID) throws -> Int64 {
        try rows(
            "SELECT coalesce(max(ends_at), 0) FROM job_log WHERE tenant_id = $1 AND job_id = $2",
            tenant, job
        ).first?.first() ?? 0
    }

    /// At most so many bytes, without cutting a character in two.
    private static func cut(_ bytes: [UInt8], to limit: Int64) -> [UInt8] {
        guard Int64(bytes.count) > limit else { return bytes }
        var end = Int(limit)
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(bytes[..<end])
    }
}
