/// The canonical text of an inventory, every line of which has been checked: what a digest is taken
/// of, what travels, and what is stored from. A line is taken apart only where somebody asks.
///
/// Lines are in order, complete and without duplicates, so that a digest belongs to one text only.
public struct InventoryText: Hashable, Sendable {
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

    /// The text, one line a package: see `Inventory.canonicalBytes`.
    public let bytes: [UInt8]
    /// Where each line begins, and where the text ends.
    private let bounds: [Int]

    /// How many packages it holds.
    public var count: Int { bounds.count - 1 }

    /// Checks a text.
    ///
    /// - Throws: `Malformed` with the first line that is wrong.
    public init(_ bytes: [UInt8]) throws(Malformed) {
        guard bytes.isEmpty || bytes.last == InventoryLine.end else {
            throw Malformed(
                line: 1 + bytes.count { $0 == InventoryLine.end },
                reason: "the last line has no end")
        }
        // Tabs and line ends are ASCII, so the fields are UTF-8 exactly when the whole is.
        guard (try? UTF8Span(validating: bytes.span)) != nil else {
            throw Malformed(line: Self.firstLineNotUTF8(bytes), reason: "a field is no text")
        }
        var bounds = [0]
        bounds.reserveCapacity(min(bytes.count / Self.usualLine, Inventory.maximumPackages) + 1)
        let text = bytes.span
        var last: InventoryLine?
        var start = 0
        while start < text.count {
            let number = bounds.count
            guard number <= Inventory.maximumPackages else {
                throw Malformed(
                    line: number, reason: "more than \(Inventory.maximumPackages) packages")
            }
            var line = InventoryLine(in: text, from: start)
            line.findManager(in: text, after: last)
            if let problem = line.problem(in: text, after: last) {
                throw Malformed(line: number, reason: problem)
            }
            last = line
            start = line.end + 1
            bounds.append(start)
        }
        self.bytes = bytes
        self.bounds = bounds
    }

    /// The text of an inventory as it is. What came over the wire is read with the initialiser that
    /// checks; this one is not public, so that nothing unchecked is taken for checked.
    init(_ inventory: Inventory) {
        bytes = inventory.canonicalBytes
        var bounds = [0]
        for (place, byte) in bytes.enumerated() where byte == InventoryLine.end {
            bounds.append(place + 1)
        }
        self.bounds = bounds
    }

    /// The inventory, taken apart.
    public var inventory: Inventory { Inventory(sorted: (0..<count).map(package(at:))) }

    /// The bytes of a line, without its end.
    public func line(at place: Int) -> Range<Int> { bounds[place]..<bounds[place + 1] - 1 }

    /// The package of a line.
    public func package(at place: Int) -> Package {
        let line = InventoryLine(in: bytes.span, from: bounds[place])
        let field = { (number: Int) in String(decoding: bytes[line[number]], as: UTF8.self) }
        return Package(
            // The check has refused any other manager.
            manager: PackageManagerName(rawValue: field(0)) ?? .apt, name: field(1),
            version: field(3), architecture: field(2), source: field(4), sourceVersion: field(5),
            module: line.hasModule ? field(6) : nil)
    }

    private static func firstLineNotUTF8(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: InventoryLine.end, omittingEmptySubsequences: false)
        let place = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
        return (place ?? 0) + 1
    }
}

/// Where the fields of one line of an inventory's text lie.
private struct InventoryLine {
    /// How many fields every line has.
    static let fields = 6
    /// How many one has whose package belongs to a module.
    static let fieldsWithModule = 7
    /// What stands between a module and its stream.
    static let colon: UInt8 = 0x3A
    /// What stands at the end of a line.
    static let end: UInt8 = 0x0A
    /// What stands between fields. No field holds a byte as small, so the order of lines as bytes
    /// is the order of their packages' keys.
    static let separator: UInt8 = 0x09

    /// Where it begins.
    let start: Int
    /// Where its end-of-line character stands.
    private(set) var end: Int
    private var fieldCount = 1
    /// Whether no field is empty, too long, or has a control character. Blanks may stand in it: the
    /// names of macOS are titles, and its versions may hold a build (`5.17.5 (29101)`).
    private var isPlain = true
    private var isASCII = true
    private var starts: InlineArray<7, Int>
    private var ends: InlineArray<7, Int>
    /// That of the first field, when it has been looked for and is one.
    private var manager: PackageManagerName?

    /// Whether the package's module is told.
    var hasModule: Bool { fieldCount == Self.fieldsWithModule }

    /// Looks through a line, which ends with `end`.
    init(in text: Span<UInt8>, from start: Int) {
        self.start = start
        starts = InlineArray(repeating: start)
        ends = InlineArray(repeating: start)
        end = start
        var highest: UInt8 = 0
        while text[end] != Self.end {
            let byte = text[end]
            highest |= byte
            if byte == Self.separator {
                endField()
                if fieldCount < Self.fieldsWithModule { starts[fieldCount] = end + 1 }
                fieldCount += 1
            } else if byte < 0x20 || byte == 0x7F {
                isPlain = false
            }
            end += 1
        }
        isASCII = highest < 0x80
        endField()
    }

    /// Where a field lies.
    subscript(field: Int) -> Range<Int> { starts[field]..<ends[field] }

    /// The key: manager, name and architecture.
    private var key: Range<Int> { start..<ends[2] + 1 }

    private mutating func endField() {
        guard fieldCount <= Self.fieldsWithModule else { return }
        let field = fieldCount - 1
        ends[field] = end
        let length = end - starts[field]
        if length == 0 || length > InventoryText.maximumField { isPlain = false }
    }

    /// Looks for the manager; it mostly is that of the line before.
    mutating func findManager(in text: Span<UInt8>, after last: InventoryLine?) {
        if let last, Self.order(self[0], last[0], in: text) == 0 {
            manager = last.manager
        } else {
            manager = PackageManagerName(rawValue: string(0, in: text))
        }
    }

    private func hasName(of manager: PackageManagerName, in text: Span<UInt8>) -> Bool {
        if manager == .apt { return PackageName.isDebian(text.extracting(self[1])) }
        return PackageName(string(1, in: text), of: manager) != nil
    }

    /// What is wrong with the line; `nil` when nothing is.
    func problem(in text: Span<UInt8>, after last: InventoryLine?) -> String? {
        guard fieldCount == Self.fields || hasModule else {
            return "\(fieldCount) fields instead of 6 or 7"
        }
        guard isPlain else { return "a field is empty, too long, or no plain text" }
        guard !hasModule || isModule(in: text) else {
            return "the module is no name and stream"
        }
        guard let manager, hasName(of: manager, in: text) else {
            return "the package's name does not fit its manager's grammar"
        }
        guard let last else { return nil }
        return last.precedes(self, manager, in: text) ? nil : "out of order, or there twice"
    }

    /// Whether the last field is a module's name, a colon and the name of one of its streams.
    private func isModule(in text: Span<UInt8>) -> Bool {
        let field = self[Self.fields]
        guard field.count <= Package.longestModule else { return false }
        var colons = 0
        for place in field where text[place] == Self.colon { colons += 1 }
        return colons == 1 && text[field.lowerBound] != Self.colon
            && text[field.upperBound - 1] != Self.colon
    }

    /// A field as text, which has been found to be UTF-8.
    private func string(_ field: Int, in text: Span<UInt8>) -> String {
        guard let valid = try? UTF8Span(validating: text.extracting(self[field])) else { return "" }
        return String(copying: valid)
    }

    private func precedes(
        _ next: InventoryLine, _ manager: PackageManagerName, in text: Span<UInt8>
    ) -> Bool {
        if isASCII, next.isASCII { return Self.order(key, next.key, in: text) < 0 }
        // Beyond ASCII, texts are compared by their characters, not by their bytes.
        return packageKey(manager, in: text) < next.packageKey(manager, in: text)
    }

    /// The key as values; `manager` stands for one that is not known here.
    private func packageKey(_ manager: PackageManagerName, in text: Span<UInt8>) -> PackageKey {
        PackageKey(
            manager: PackageManagerName(rawValue: string(0, in: text)) ?? manager,
            name: string(1, in: text), architecture: string(2, in: text))
    }

    /// Below 0 when the first range's bytes come before the second's, 0 when they are the same.
    private static func order(_ first: Range<Int>, _ second: Range<Int>, in text: Span<UInt8>)
        -> Int
    {
        for offset in 0..<min(first.count, second.count) {
            let (one, other) = (text[first.lowerBound + offset], text[second.lowerBound + offset])
            if one != other { return Int(one) - Int(other) }
        }
        return first.count - second.count
    }
}
