/// Lines that a tool prints beside its answer and that say nothing about packages.
///
/// A line is left out only when it is known: everything else that cannot be read is shown. Compared
/// as bytes: every line of an output is compared with every text, and comparing characters took
/// minutes for a megabyte of noise.
struct KnownLines {
    private let beginnings: [[UInt8]]
    private let endings: [[UInt8]]
    private let parts: [[UInt8]]

    init(beginnings: [String] = [], endings: [String] = [], parts: [String] = []) {
        self.beginnings = beginnings.map { Array($0.utf8) }
        self.endings = endings.map { Array($0.utf8) }
        self.parts = parts.map { Array($0.utf8) }
    }

    /// Whether the line, without blanks at its ends, is one of them.
    func contains(_ trimmed: String) -> Bool {
        let line = Array(trimmed.utf8)
        return line.isEmpty || beginnings.contains { line.starts(with: $0) }
            || endings.contains { line.suffix($0.count).elementsEqual($0) }
            || parts.contains { Self.holds(line, $0) }
    }

    private static func holds(_ line: [UInt8], _ part: [UInt8]) -> Bool {
        guard let first = part.first else { return true }
        var rest = line[...]
        while rest.count >= part.count, let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: part) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
