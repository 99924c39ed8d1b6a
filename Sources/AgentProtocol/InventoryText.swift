public import Fleet

/// Reads inventories from their canonical text, which is also how they travel: see
/// `Inventory.canonicalBytes`.
public enum InventoryText {
    /// A text that is not a canonical inventory.
    public struct Malformed: Error, Hashable, Sendable {
        /// The line, from 1.
        public let line: Int
        /// What is wrong with it.
        public let reason: String
    }

    /// The longest field that is read, in bytes: the longest version seen in real archives has
    /// about 100.
    public static let maximumField = 512

    /// A line in bytes, for reserving memory: real ones have 50 to 90.
    private static let usualLine = 64

    /// Reads a canonical text. Lines must be in order, complete and without duplicates, so that a
    /// digest belongs to one text only.
    ///
    /// - Throws: `Malformed` with the first line that is wrong.
    public static func read(_ bytes: [UInt8]) throws(Malformed) -> Inventory {
        guard bytes.isEmpty || bytes.last == 0x0A else {
            throw Malformed(
                line: 1 + bytes.count { $0 == 0x0A }, reason: "the last line has no end")
        }
        var packages: [Package] = []
        packages.reserveCapacity(min(bytes.count / usualLine, Inventory.maximumPackages))
        let text = bytes.span
        var start = 0
        while start < text.count {
            let number = packages.count + 1
            guard number <= Inventory.maximumPackages else {
                throw Malformed(
                    line: number, reason: "more than \(Inventory.maximumPackages) packages")
            }
            let line = InventoryLine(in: text, from: start)
            let package = try package(in: text, line, number: number, after: packages.last)
            if let last = packages.last, !last.precedes(package) {
                throw Malformed(line: number, reason: "out of order, or there twice")
            }
            packages.append(package)
            start = line.end + 1
        }
        return Inventory(sorted: packages)
    }

    /// The package of a line. What a line repeats, of itself or of the one before, is not copied
    /// again: most sources have their package's name, and most packages one architecture.
    private static func package(
        in text: Span<UInt8>, _ line: InventoryLine, number: Int, after last: Package?
    ) throws(Malformed) -> Package {
        guard line.fieldCount == InventoryLine.fields else {
            throw Malformed(line: number, reason: "\(line.fieldCount) fields instead of 6")
        }
        guard line.isPlain, let name = string(text.extracting(line[1])),
            let version = string(text.extracting(line[3]))
        else { throw notPlain(number) }
        let isManager = last.map { holds(text, line[0], $0.manager.rawValue) } ?? false
        let managerName = isManager ? nil : string(text.extracting(line[0]))
        let hasArchitecture = last.map { holds(text, line[2], $0.architecture) } ?? false
        guard isManager || managerName != nil,
            let architecture = hasArchitecture
                ? last?.architecture : string(text.extracting(line[2])),
            let source = holds(text, line[4], name) ? name : string(text.extracting(line[4])),
            let sourceVersion = holds(text, line[5], version)
                ? version : string(text.extracting(line[5]))
        else { throw notPlain(number) }
        let manager = isManager ? last?.manager : managerName.flatMap(PackageManagerName.init)
        guard let manager, PackageName(name, of: manager) != nil else {
            throw Malformed(
                line: number, reason: "the package's name does not fit its manager's grammar")
        }
        return Package(
            manager: manager, name: name, version: version, architecture: architecture,
            source: source, sourceVersion: sourceVersion)
    }

    private static func notPlain(_ line: Int) -> Malformed {
        Malformed(line: line, reason: "a field is empty, too long, or no plain text")
    }

    /// The bytes as text; `nil` when they are not UTF-8.
    private static func string(_ bytes: Span<UInt8>) -> String? {
        guard let valid = try? UTF8Span(validating: bytes) else { return nil }
        return String(copying: valid)
    }

    /// Whether these bytes are the text's.
    private static func holds(_ bytes: Span<UInt8>, _ range: Range<Int>, _ text: String) -> Bool {
        let other = text.utf8.span
        guard other.count == range.count else { return false }
        for offset in 0..<other.count where bytes[range.lowerBound + offset] != other[offset] {
            return false
        }
        return true
    }
}

/// Where the fields of one line of an inventory's text lie.
private struct InventoryLine {
    /// How many fields a line has.
    static let fields = 6

    /// Where its end-of-line character stands.
    private(set) var end: Int
    private(set) var fieldCount = 1
    /// Whether no field is empty, too long, or has a blank or control character.
    private(set) var isPlain = true
    private var starts: InlineArray<6, Int>
    private var ends: InlineArray<6, Int>

    /// Looks through a line, which ends with the character 0x0A.
    init(in text: Span<UInt8>, from start: Int) {
        starts = InlineArray(repeating: start)
        ends = InlineArray(repeating: start)
        end = start
        while text[end] != 0x0A {
            let byte = text[end]
            if byte == 0x09 {
                endField()
                if fieldCount < Self.fields { starts[fieldCount] = end + 1 }
                fieldCount += 1
            } else if byte <= 0x20 || byte == 0x7F {
                isPlain = false
            }
            end += 1
        }
        endField()
    }

    /// Where a field lies.
    subscript(field: Int) -> Range<Int> { starts[field]..<ends[field] }

    private mutating func endField() {
        guard fieldCount <= Self.fields else { return }
        let field = fieldCount - 1
        ends[field] = end
        let length = end - starts[field]
        if length == 0 || length > InventoryText.maximumField { isPlain = false }
    }
}
