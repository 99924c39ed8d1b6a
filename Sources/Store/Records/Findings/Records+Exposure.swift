import Fleet
import ServerRecords

extension StoreRecords: ExposureRecords {
    private static let figures = [
        "endpoints", "affected", "critical", "important", "moderate", "low", "unrated",
        "known_exploited", "overdue", "fixable",
    ]

    func store(_ day: ExposureDay, of tenant: TenantID) throws {
        try requireWriting()
        let columns = ["tenant_id", "day", "taken_at"] + Self.figures
        let updates = columns.dropFirst(2).map { "\($0) = excluded.\($0)" }
            .joined(separator: ", ")
        _ = try session.execute(
            """
            INSERT INTO exposure_day (\(columns.joined(separator: ", ")))
            VALUES \(SQLText.placeholders(rows: 1, columns: columns.count))
            ON CONFLICT (tenant_id, day) DO UPDATE SET \(updates)
            WHERE excluded.taken_at >= exposure_day.taken_at
            """,
            [tenant.sql, day.day.sql, day.takenAt.sql]
                + ExposureFigures.figures.map { day.figures[keyPath: $0].sql })
    }

    func exposure(in scope: Scope, from first: String) throws -> [ExposureDay] {
        // A sum of BIGINT is a number of another type in PostgreSQL.
        let sums = Self.figures.map { "CAST(sum(\($0)) AS BIGINT)" }.joined(separator: ", ")
        var text = SQLText("SELECT day, max(taken_at), \(sums) FROM exposure_day")
        text.require(scope)
        text.require("day >= \(text.bind(first))")
        text.add("GROUP BY day ORDER BY day")
        return try rows(text).map { row in
            var row = row.reader
            var day = ExposureDay(
                day: try row.next(), takenAt: try row.next(), figures: ExposureFigures())
            for figure in ExposureFigures.figures { day.figures[keyPath: figure] = try row.next() }
            return day
        }
    }

    func purgeExposure(before day: String, limit: Int) throws -> Int {
        try change(
            """
            DELETE FROM exposure_day WHERE (tenant_id, day) IN (
                SELECT tenant_id, day FROM exposure_day WHERE day < $1 LIMIT $2)
            """, day, max(limit, 0))
    }
}
