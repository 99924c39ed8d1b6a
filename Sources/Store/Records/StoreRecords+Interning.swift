import Fleet

/// Interning: each distinct line gets one number, which stands for it wherever it occurs.
extension StoreRecords {
    /// How many rows one statement looks up or adds. Fewer, larger statements save round trips;
    /// both engines take several hundred values.
    private static let rowsPerStatement = 50
    /// How many rows the smaller statement has: most scans bring one or two new pieces of software.
    private static let rowsPerSmallStatement = 4
    /// The statements have one of these two sizes whatever is asked, so that each is prepared once;
    /// the last row is repeated to fill them.
    private static let manyValues = SQLText.placeholders(
        rows: rowsPerStatement, columns: SoftwareLine.columnCount)
    private static let fewValues = SQLText.placeholders(
        rows: rowsPerSmallStatement, columns: SoftwareLine.columnCount)
    /// How many rows one look-up by number asks for.
    private static let numbersPerStatement = 200

    /// The numbers of packages, in their order. Software that is new gets one.
    func intern(_ packages: [Package]) throws -> [Int64] {
        let keys = try SoftwareLine.keys(packages)
        var numbers = interned.numbers(of: keys)
        let unknown = numbers.indices.filter { numbers[$0] == nil }
        if !unknown.isEmpty {
            try findOrAdd(unknown.map { (packages[$0], keys[$0]) })
            for index in unknown { numbers[index] = staged.learned[keys[index]] }
        }
        return try numbers.map { number in
            guard let number else {
                throw SQLFailure(.conflict, "Software that was added cannot be seen yet.")
            }
            return number
        }
    }

    private func findOrAdd(_ unknown: [(Package, InternKey)]) throws {
        for chunk in chunks(of: unknown, Self.rowsPerStatement) {
            try find(chunk)
            let absent = chunk.filter { staged.learned[$0.1] == nil }
            if absent.isEmpty { continue }
            try add(absent.map(\.0))
            try find(absent)
        }
    }

    // A join, from the rows asked for to the table: for “IN (VALUES …)” SQLite reads the whole table.
    private func find(_ chunk: [(Package, InternKey)]) throws {
        let found = try session.query(
            """
            WITH asked (\(SoftwareLine.columns)) AS (VALUES \(Self.values(chunk.count)))
            SELECT software.id, asked.* FROM asked CROSS JOIN software
            WHERE software.name = asked.name AND software.version = asked.version
            AND software.architecture = asked.architecture AND software.manager = asked.manager
            AND software.source = asked.source AND software.source_version = asked.source_version
            """, filled(chunk.map { SoftwareLine(package: $0.0).values }))
        for row in found {
            var row = row.reader
            let number: Int64 = try row.next()
            let package = try SoftwareLine.package(&row)
            for key in try SoftwareLine.keys([package]) { staged.learned[key] = number }
        }
    }

    private func add(_ packages: [Package]) throws {
        _ = try session.execute(
            """
            INSERT INTO software (\(SoftwareLine.columns)) VALUES \(Self.values(packages.count))
            ON CONFLICT (\(SoftwareLine.columns)) DO NOTHING
            """, filled(packages.map { SoftwareLine(package: $0).values }))
    }

    /// How many rows the statement has that takes so many.
    private static func size(for rows: Int) -> Int {
        rows <= rowsPerSmallStatement ? rowsPerSmallStatement : rowsPerStatement
    }

    private static func values(_ rows: Int) -> String {
        rows <= rowsPerSmallStatement ? fewValues : manyValues
    }

    /// The rows of one statement, the last repeated until it is full.
    private func filled(_ rows: [[SQLValue]]) -> [SQLValue] {
        let missing = Self.size(for: rows.count) - rows.count
        let repeated = rows.last.map { Array(repeating: $0, count: missing) } ?? []
        return Array((rows + repeated).joined())
    }

    /// The packages of numbers, in no order.
    func packages(_ numbers: [Int64]) throws -> [Package] {
        let places = SQLText.placeholders(rows: 1, columns: Self.numbersPerStatement)
        return try chunks(of: numbers, Self.numbersPerStatement).flatMap { chunk in
            let missing = Self.numbersPerStatement - chunk.count
            let asked = chunk + (chunk.last.map { Array(repeating: $0, count: missing) } ?? [])
            let found = try session.query(
                "SELECT \(SoftwareLine.columns) FROM software WHERE id IN \(places)",
                asked.map(\.sql))
            guard found.count == chunk.count else {
                throw SQLFailure(.corrupt, "An inventory names software that is not stored.")
            }
            return try found.map { row in
                var row = row.reader
                return try SoftwareLine.package(&row)
            }
        }
    }
}

/// The elements in their order, in runs of at most `size`.
func chunks<Element>(of elements: [Element], _ size: Int) -> [[Element]] {
    stride(from: 0, to: elements.count, by: size).map {
        Array(elements[$0..<min($0 + size, elements.count)])
    }
}
