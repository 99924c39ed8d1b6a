/// Reads files of paragraphs (deb822(5), Debian Policy 5.1): the dpkg database, `*.sources`,
/// `Release`.
///
/// Only the wanted fields are kept, so that the text of 700 package descriptions is never made into
/// strings.
package struct ControlFile {
    private let wanted: [[UInt8]]
    private let hasComments: Bool

    /// A reader of these fields, whose names are compared without regard to case. With `comments`,
    /// a line that begins with `#` is passed over.
    package init(_ fields: [String], comments: Bool = false) {
        wanted = fields.map { Array($0.lowercased().utf8) }
        hasComments = comments
    }

    /// Calls `body` for each paragraph with the values of the wanted fields, in their order; a
    /// value's further lines follow its first, separated by line ends. The second argument is the
    /// number of the paragraph's first line, from 1.
    package func paragraphs(_ bytes: [UInt8], _ body: ([String?], Int) -> Void) {
        var values = [String?](repeating: nil, count: wanted.count)
        var current: Int?
        var firstLine = 0
        var number = 0
        TextLines.each(bytes) { line in
            number += 1
            guard let first = line.first, !line.allSatisfy(TextLines.isBlank) else {
                if firstLine > 0 { body(values, firstLine) }
                values = [String?](repeating: nil, count: wanted.count)
                (current, firstLine) = (nil, 0)
                return
            }
            if hasComments, first == UInt8(ascii: "#") { return }
            if firstLine == 0 { firstLine = number }
            if first == TextLines.space || first == UInt8(ascii: "\t") {
                guard let current else { return }
                let more = String(decoding: TextLines.trimmed(line), as: UTF8.self)
                values[current] = (values[current] ?? "") + "\n" + more
                return
            }
            current = nil
            guard let colon = line.firstIndex(of: TextLines.colon) else { return }
            guard let field = index(of: line[..<colon]) else { return }
            current = field
            values[field] = String(decoding: TextLines.trimmed(line[(colon + 1)...]), as: UTF8.self)
        }
        if firstLine > 0 { body(values, firstLine) }
    }

    private func index(of name: ArraySlice<UInt8>) -> Int? {
        wanted.firstIndex { candidate in
            candidate.count == name.count
                && zip(candidate, name).allSatisfy {
                    $0 == ($1 | ((0x41...0x5A).contains($1) ? 0x20 : 0))
                }
        }
    }
}
