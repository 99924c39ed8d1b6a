import Foundation

/// A JSON value of a tool's output; only what the readers ask of it.
enum ToolJSON: Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([ToolJSON])
    case object([String: ToolJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([ToolJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: ToolJSON].self))
        }
    }

    /// The member of this name; `nil` when there is none, and when it is null.
    subscript(_ name: String) -> ToolJSON? {
        guard case .object(let members) = self, let member = members[name] else { return nil }
        if case .null = member { return nil }
        return member
    }

    /// A text, or a number as a text.
    var text: String? {
        switch self {
        case .string(let value): value
        case .number(let value):
            Int64(exactly: value).map { String($0) } ?? String(value)
        default: nil
        }
    }

    var bool: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    var integer: Int64? {
        switch self {
        case .number(let value): Int64(exactly: value)
        case .string(let value): Int64(value)
        default: nil
        }
    }

    /// The elements. A tool that writes a single element without brackets means the same, and
    /// Windows PowerShell 5.1 writes some arrays as `{"value": […], "Count": 2}`.
    var elements: [ToolJSON] {
        switch self {
        case .array(let values): values
        case .null: []
        case .object: self["Count"] != nil ? self["value"]?.elements ?? [self] : [self]
        default: [self]
        }
    }

    /// The elements that are texts.
    var texts: [String] { elements.compactMap(\.text) }

    /// The value in one line, to be shown to people.
    var line: String {
        switch self {
        case .null: "null"
        case .bool(let value): String(value)
        case .number: text ?? ""
        case .string(let value): "\"\(value)\""
        case .array(let values): "[\(values.map(\.line).joined(separator: ", "))]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\"\($0)\": \($1.line)" }
                .joined(separator: ", ") + "}"
        }
    }
}

/// Takes output apart into JSON documents and the lines around them: tools print warnings beside
/// their documents, and some print one document a line.
struct ToolDocuments {
    private(set) var values: [ToolJSON] = []
    /// Lines that stand outside every document, and those of documents that are not well-formed.
    private(set) var others: [ToolLine] = []

    init(_ bytes: [UInt8]) {
        var lines = ToolText.lines(bytes)[...]
        while let line = lines.first {
            guard let first = line.trimmed.first, first == "{" || first == "[" else {
                others.append(line)
                lines = lines.dropFirst()
                continue
            }
            var document = Extent()
            let end = lines.firstIndex { document.ends(with: $0.raw) } ?? lines.endIndex - 1
            let own = lines[...end]
            if document.isComplete, let value = Self.decoded(own) {
                values.append(value)
            } else {
                others += own
            }
            lines = lines[(end + 1)...]
        }
    }

    /// Lines that hold something.
    var unread: [String] { others.filter { !$0.isBlank }.map(\.raw) }

    private static func decoded(_ lines: ArraySlice<ToolLine>) -> ToolJSON? {
        let text = lines.map(\.raw).joined(separator: "\n")
        return try? JSONDecoder().decode(ToolJSON.self, from: Data(text.utf8))
    }

    /// Finds the line in which a document's outermost bracket is closed.
    private struct Extent {
        private var depth = 0
        private var isText = false
        private var isEscaped = false
        private(set) var isComplete = false

        mutating func ends(with line: String) -> Bool {
            for byte in line.utf8 {
                if isText {
                    if !isEscaped, byte == UInt8(ascii: "\"") { isText = false }
                    isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): isText = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                default: break
                }
                if depth == 0, byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
                    isComplete = true
                }
            }
            return isComplete
        }
    }
}
