import Fleet

/// Interning: each distinct line gets one number, which stands for it wherever it occurs.
extension StoreRecords {
    /// How many rows a statement looks up or adds, largest first. Larger statements save round
    /// trips, and few sizes are few prepared statements; both engines take several hundred values.
    private static let rowsPerStatement = [64, 8, 1]
    /// The statements by their sizes, put together once.
    private static let adding = Dictionary(
        uniqueKeysWithValues: rowsPerStatement.map { ($0, add($0)) })
    private static let finding = Dictionary(
        uniqueKeysWithValues: rowsPerStatement.map { ($0, find($0)) })
    /// How many rows one look-up by number asks for.
    private static let numbersPerStatement = 200

    /// The numbers of an inventory's packages, in their order. Software that is new gets one.
    func intern(_ text: InventoryText) throws -> [Int64] {
        let keys = try text.bytes.withUnsafeBytes { bytes in
            try (0..<text.count).map { place in
                try SoftwareLine.key(.init(rebasing: bytes[text.line(at: place)]))
            }
        }
        var numbers = try knownNumbers(of: keys)
        let unknown = numbers.indices.filter { numbers[$0] == nil }
        if !unknown.isEmpty {
            try addOrFind(unknown.map { text.package(at: $0) })
            for index in unknown { numbers[index] = staged.learned[keys[index]] }
        }
        return try numbers.map { number in
            guard let number else {
                throw SQLFailure(.conflict, "Software that was added cannot be seen yet.")
            }
            return number
        }
    }

    /// What the cache does not know is mostly new, so adding comes first.
    private func addOrFind(_ packages: [Package]) throws {
        for chunk in runs(of: packages, Self.rowsPerStatement) {
            try learn(Self.adding[chunk.count], chunk)
            let rest = try chunk.filter { staged.learned[try Self.key($0)] == nil }
            for chunk in runs(of: rest, Self.rowsPerStatement) {
                try learn(Self.finding[chunk.count], chunk)
            }
        }
    }

    private func learn(_ statement: String?, _ asked: ArraySlice<Package>) throws {
        guard let statement else { return }
        for row in try session.query(statement, Self.values(asked)) {
            var row = row.reader
            let number: Int64 = try row.next()
            staged.learned[try Self.key(try SoftwareLine.package(&row))] = number
        }
    }

    private static func add(_ rows: Int) -> String {
        """
        INSERT INTO software (\(SoftwareLine.columns)) VALUES \(places(rows))
        ON CONFLICT (\(SoftwareLine.columns)) DO NOTHING RETURNING id, \(SoftwareLine.columns)
        """
    }

    // A join, from the rows asked for to the table: for “IN (VALUES …)” SQLite reads the whole
    // table.
    private static func find(_ rows: Int) -> String {
        """
        WITH asked (\(SoftwareLine.columns)) AS (VALUES \(places(rows)))
        SELECT software.id, asked.* FROM asked CROSS JOIN software
        WHERE software.name = asked.name AND software.version = asked.version
        AND software.architecture = asked.architecture AND software.manager = asked.manager
        AND software.source = asked.source AND software.source_version = asked.source_version
        AND software.module = asked.module
        """
    }

    private static func places(_ rows: Int) -> String {
        SQLText.placeholders(rows: rows, columns: SoftwareLine.columnCount)
    }

    private static func values(_ packages: ArraySlice<Package>) -> [SQLValue] {
        packages.flatMap { SoftwareLine(package: $0).values }
    }

    private static func key(_ package: Package) throws -> InternKey {
        try Inventory(sorted: [package]).canonicalBytes.withUnsafeBytes {
            try SoftwareLine.key(.init(rebasing: $0.dropLast()))
        }
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

/// The elements in their order, in runs of the sizes that statements have, largest first: few sizes
/// are few prepared statements. The last size is 1.
func runs<Element>(of elements: [Element], _ sizes: [Int]) -> [ArraySlice<Element>] {
    var rest = elements[...]
    var runs: [ArraySlice<Element>] = []
    for size in sizes {
        while rest.count >= size {
            runs.append(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
    }
    return runs
}
