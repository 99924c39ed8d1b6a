/// Something to say about a policy file, and where.
public struct Diagnostic: Hashable, Sendable, Codable, Error {
    /// How much it matters.
    public enum Severity: String, Codable, Sendable {
        /// The file cannot be used.
        case error
        /// The file can be used, and something in it probably does not do what was meant.
        case warning
    }

    /// How much it matters.
    public var severity: Severity
    /// The file, as it was named by whoever reads it.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, counted in Unicode scalars.
    public var column: Int
    /// What is wrong, and where it helps, what to write instead.
    public var message: String

    /// Something to say.
    public init(
        _ severity: Severity, file: String, line: Int, column: Int, _ message: String
    ) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }
}

extension Diagnostic: CustomStringConvertible {
    /// `file:line:column: message`; a warning says that it is one.
    public var description: String {
        let mark = severity == .warning ? "warning: " : ""
        return "\(file):\(line):\(column): \(mark)\(message)"
    }
}

/// A place in a file: line and column, both from 1.
struct Place: Hashable, Comparable, Sendable {
    var line: Int
    var column: Int

    static let start = Place(line: 1, column: 1)

    static func < (lhs: Place, rhs: Place) -> Bool {
        (lhs.line, lhs.column) < (rhs.line, rhs.column)
    }
}

/// Collects what is to be said about one file.
///
/// Reading goes on after a problem, so that one pass shows everything; a class, since every reader
/// of a part adds to the same list.
final class DiagnosticList {
    let file: String
    private(set) var all: [Diagnostic] = []

    /// The most that is collected of one file: more is one mistake seen many times.
    static let limit = 200

    init(file: String) {
        self.file = file
    }

    func error(_ place: Place, _ message: String) { add(.error, place, message) }

    func warning(_ place: Place, _ message: String) { add(.warning, place, message) }

    var isFull: Bool { all.count >= Self.limit }

    var hasErrors: Bool { all.contains { $0.severity == .error } }

    /// In the order of the file; of one place the errors first.
    var inOrder: [Diagnostic] {
        all.sorted {
            let (left, right) = ($0.severity == .error ? 0 : 1, $1.severity == .error ? 0 : 1)
            return ($0.line, $0.column, left, $0.message)
                < ($1.line, $1.column, right, $1.message)
        }
    }

    private func add(_ severity: Diagnostic.Severity, _ place: Place, _ message: String) {
        guard !isFull else { return }
        // A message repeats parts of the file; it stays one line, whatever they hold.
        let line = message.map { $0.isNewline || $0 == "\t" ? " " : $0 }
        let diagnostic = Diagnostic(
            severity, file: file, line: place.line, column: place.column, String(line))
        if !all.contains(diagnostic) { all.append(diagnostic) }
    }
}
