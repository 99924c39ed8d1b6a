import CLibPQ

/// An answer of the server, freed with the object.
final class PostgreSQLResult {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }

    /// The fields of an error that are read. The library names them by letters in macros that Swift
    /// cannot see.
    enum ErrorField {
        /// The five characters of the error's code.
        case sqlState
        /// What went wrong, without values.
        case primaryMessage

        fileprivate var code: Int32 {
            switch self {
            case .sqlState: Int32(UInt8(ascii: "C"))
            case .primaryMessage: Int32(UInt8(ascii: "M"))
            }
        }
    }

    /// A field of an error; empty when there is none.
    func field(_ field: ErrorField) -> String {
        PQresultErrorField(pointer, field.code).map { String(cString: $0) } ?? ""
    }

    /// The rows, whose columns are in binary format.
    func rows() throws -> [SQLRow] {
        let columns = PQnfields(pointer)
        let types = (0..<columns).map { PQftype(pointer, $0) }
        return try (0..<PQntuples(pointer)).map { row in
            SQLRow(values: try (0..<columns).map { try value(row, $0, types[Int($0)]) })
        }
    }

    private func value(_ row: Int32, _ column: Int32, _ type: Oid) throws -> SQLValue {
        guard PQgetisnull(pointer, row, column) == 0, let start = PQgetvalue(pointer, row, column)
        else {
            return .null
        }
        let bytes = UnsafeRawBufferPointer(
            start: start, count: Int(PQgetlength(pointer, row, column)))
        return switch PostgreSQLType(rawValue: type) {
        case .int8, .int4, .int2: .integer(Self.integer(bytes))
        case .bool: .integer(bytes.first == 0 ? 0 : 1)
        case .text, .varchar, .name, .unknown: .text(String(decoding: bytes, as: UTF8.self))
        case .bytea: .blob([UInt8](bytes))
        case nil: throw SQLFailure(.other, "A column is of type \(type), which is not read.")
        }
    }

    /// A signed number of any width, most significant byte first.
    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        let negative = (bytes.first ?? 0) & 0x80 != 0
        return bytes.reduce(negative ? -1 : 0) { $0 << 8 | Int64($1) }
    }
}

/// The types that an answer may hold (catalogue pg_type).
private enum PostgreSQLType: Oid {
    case bool = 16
    case bytea = 17
    case name = 19
    case int8 = 20
    case int2 = 21
    case int4 = 23
    case text = 25
    case unknown = 705
    case varchar = 1043
}

/// The values of a statement in the form that the library takes: texts end with a zero byte, bytes
/// go as they are.
struct PostgreSQLArguments {
    private var bytes: [UInt8] = []
    private var starts: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    init(_ values: [SQLValue]) throws {
        for value in values {
            switch value {
            case .null: add(nil, 0)
            case .integer(let number): add(Array(String(number).utf8), 0)
            case .text(let text):
                try refuseNul(text)
                add(Array(text.utf8), 0)
            case .blob(let blob): add(blob, 1)
            }
        }
    }

    private mutating func add(_ content: [UInt8]?, _ format: Int32) {
        starts.append(content == nil ? nil : bytes.count)
        lengths.append(Int32(clamping: content?.count ?? 0))
        formats.append(format)
        guard let content else { return }
        bytes += content
        bytes.append(0)
    }

    /// Calls `body` with pointers that are good while it runs.
    func withPointers<Answer>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Answer
    ) -> Answer {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = starts.map { start in start.flatMap { base?.advanced(by: $0) } }
            return pointers.withUnsafeBufferPointer { list in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(list.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
