/// The fields of one line of a table (RFC 4180): separated by one character, quoted where they hold
/// it, with quotes doubled inside.
enum CSVLine {
    /// The fields; `nil` when a quote is not closed on the line.
    static func fields(_ line: [UInt8], separator: UInt8 = UInt8(ascii: ",")) -> [String]? {
        let quote = UInt8(ascii: "\"")
        var fields: [String] = []
        var field: [UInt8] = []
        var place = 0
        while true {
            if place < line.count, line[place] == quote, field.isEmpty {
                guard let end = quoted(line, from: place + 1, into: &field) else { return nil }
                place = end
            }
            while place < line.count, line[place] != separator {
                field.append(line[place])
                place += 1
            }
            fields.append(String(decoding: field, as: UTF8.self))
            field = []
            if place == line.count { return fields }
            place += 1
        }
    }

    private static func quoted(
        _ line: [UInt8], from start: Int, into field: inout [UInt8]
    ) -> Int? {
        let quote = UInt8(ascii: "\"")
        var place = start
        while place < line.count {
            if line[place] == quote {
                guard place + 1 < line.count, line[place + 1] == quote else { return place + 1 }
                place += 1
            }
            field.append(line[place])
            place += 1
        }
        return nil
    }
}
