import Versions

/// The distinct rows of a fleet, by number: what a row is made of stands here once, however many
/// rows have it. A fleet has some tens of thousands of rows, and each as a value of its own would
/// take 300 bytes with its texts.
struct RowTable: Sendable {
    /// A row on a release, as it runs.
    struct Key: Hashable, Sendable {
        var platform: FleetIndex.PlatformNumber
        fileprivate var row: Parts
        /// `current`, `mayRunOld`, or the number of the row that takes this one's place.
        fileprivate var standing: Int32
    }

    /// A row of software, with texts as numbers.
    fileprivate struct Parts: Hashable, Sendable {
        var ecosystem: Int32
        var name: Int32
        var version: Int32
        var architecture: Int32
        var source: Int32
        var sourceVersion: Int32
        var module: Int32
        var order: Ecosystem
    }

    private var keys = NumberTable<Key>()
    private var texts = NumberTable<String>()
    private var modules = NumberTable<ModuleStream>()
    /// Rows that take the place of others at the next restart.
    private var following = NumberTable<Parts>()

    private static let none: Int32 = -1
    private static let current: Int32 = -1
    private static let mayRunOld: Int32 = -2

    /// How many rows there are.
    var count: Int { keys.values.count }

    /// The numbers of all rows.
    var indices: Range<Int> { keys.values.indices }

    /// What stands at a number.
    subscript(number: Int) -> Key { keys.values[number] }

    /// The number of a row; a new one when the table does not hold it yet.
    mutating func number(
        of counted: CountedRow, on platform: FleetIndex.PlatformNumber
    ) -> (number: Int32, isNew: Bool) {
        let standing: Int32 =
            switch counted.standing {
            case .current: Self.current
            case .mayRunOld: Self.mayRunOld
            case .until(let next): following.numberOrNew(of: parts(of: next))
            }
        let key = Key(platform: platform, row: parts(of: counted.row), standing: standing)
        if let known = keys.number(of: key) { return (known, false) }
        return (keys.append(key), true)
    }

    /// The number of a row that the table holds.
    func known(_ counted: CountedRow, on platform: FleetIndex.PlatformNumber) -> Int32? {
        let standing: Int32?
        switch counted.standing {
        case .current: standing = Self.current
        case .mayRunOld: standing = Self.mayRunOld
        case .until(let next): standing = knownParts(of: next).flatMap { following.number(of: $0) }
        }
        guard let standing, let row = knownParts(of: counted.row) else { return nil }
        return keys.number(of: Key(platform: platform, row: row, standing: standing))
    }

    /// A row as it counts.
    func counted(_ key: Key) -> CountedRow {
        let standing: CountedRow.Standing =
            switch key.standing {
            case Self.current: .current
            case Self.mayRunOld: .mayRunOld
            case let next: .until(row(of: following.values[Int(next)]))
            }
        return CountedRow(row(of: key.row), standing)
    }

    /// The name of a row's package.
    func name(of number: Int32) -> String {
        texts.values[Int(keys.values[Int(number)].row.name)]
    }

    // MARK: Parts

    private mutating func parts(of row: SoftwareRow) -> Parts {
        Parts(
            ecosystem: row.ecosystem.map { texts.numberOrNew(of: $0) } ?? Self.none,
            name: texts.numberOrNew(of: row.name),
            version: texts.numberOrNew(of: row.version),
            architecture: texts.numberOrNew(of: row.architecture),
            source: texts.numberOrNew(of: row.source),
            sourceVersion: texts.numberOrNew(of: row.sourceVersion),
            module: row.module.map { modules.numberOrNew(of: $0) } ?? Self.none,
            order: row.order)
    }

    private func knownParts(of row: SoftwareRow) -> Parts? {
        let words = [row.name, row.version, row.architecture, row.source, row.sourceVersion]
            .compactMap { texts.number(of: $0) }
        let ecosystem = row.ecosystem.map { texts.number(of: $0) } ?? Self.none
        let module = row.module.map { modules.number(of: $0) } ?? Self.none
        guard words.count == 5, let ecosystem, let module else { return nil }
        return Parts(
            ecosystem: ecosystem, name: words[0], version: words[1], architecture: words[2],
            source: words[3], sourceVersion: words[4], module: module, order: row.order)
    }

    private func row(of parts: Parts) -> SoftwareRow {
        SoftwareRow(
            ecosystem: parts.ecosystem >= 0 ? texts.values[Int(parts.ecosystem)] : nil,
            order: parts.order, name: texts.values[Int(parts.name)],
            version: texts.values[Int(parts.version)],
            architecture: texts.values[Int(parts.architecture)],
            source: texts.values[Int(parts.source)],
            sourceVersion: texts.values[Int(parts.sourceVersion)],
            module: parts.module >= 0 ? modules.values[Int(parts.module)] : nil)
    }
}

extension NumberTable {
    /// The number of a value; a new one when the table does not hold it yet.
    fileprivate mutating func numberOrNew(of value: Value) -> Int32 {
        number(of: value) ?? append(value)
    }
}
