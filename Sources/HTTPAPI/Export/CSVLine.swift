import Fleet

/// One line of comma-separated values (RFC 4180), safe to open in a spreadsheet.
struct CSVLine: Hashable, Sendable {
    private(set) var text = ""
    private var isEmpty = true

    /// What makes a spreadsheet take a cell for a formula when it stands first (OWASP, "CSV
    /// Injection"), the full-width forms included.
    private static let formulaStarts = Set("=+-@\t\r\n＝＋－＠".unicodeScalars)

    /// Control characters that tables have.
    private static let blanks: Set<Unicode.Scalar> = ["\t", "\r", "\n"]

    /// A line of texts.
    init(_ cells: [String] = []) {
        for cell in cells { add(cell) }
    }

    /// Adds a text. Where a spreadsheet would take it for a formula, an apostrophe stands before
    /// it, and it is quoted. Control characters and marks of direction are replaced.
    mutating func add(_ cell: String) {
        let cell = cell.withoutMisleading("\u{FFFD}", keeping: Self.blanks)
        let isFormula = cell.unicodeScalars.first.map(Self.formulaStarts.contains) ?? false
        let needsQuotes =
            isFormula
            || cell.unicodeScalars.contains { $0 == "\"" || $0 == "," || $0 == "\r" || $0 == "\n" }
        addPlain(
            needsQuotes
                ? "\"\(isFormula ? "'" : "")\(cell.replacing("\"", with: "\"\""))\"" : cell)
    }

    /// Adds a number; nothing for `nil`.
    mutating func add(_ number: Double?) { addPlain(number.map { "\($0)" } ?? "") }

    /// Adds a count.
    mutating func add(_ number: Int) { addPlain("\(number)") }

    /// Adds yes or no.
    mutating func add(_ truth: Bool) { addPlain(truth ? "yes" : "no") }

    private mutating func addPlain(_ cell: String) {
        if !isEmpty { text += "," }
        isEmpty = false
        text += cell
    }

    /// The line with its end, in UTF-8.
    var bytes: [UInt8] { Array((text + "\r\n").utf8) }
}
