/// A policy file's text: valid UTF-8 without byte order mark, lines ended by line feeds alone, and
/// nothing in it that YAML does not allow.
struct SourceText {
    /// The text in Unicode scalars, which is what YAML's columns count.
    let scalars: [Unicode.Scalar]
    /// Where each line begins in `scalars`.
    private let lineStarts: [Int]

    /// The largest file that is read, in bytes: hundreds of long policies; a larger one is
    /// something else.
    static let maximumBytes = 1_048_576

    /// Reads bytes; says in the list why they are no text, and gives `nil` then.
    init?(_ bytes: [UInt8], _ list: DiagnosticList) {
        guard bytes.count <= Self.maximumBytes else {
            list.error(
                .start,
                "the file has \(bytes.count) bytes; a policy file has at most \(Self.maximumBytes)")
            return nil
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            list.error(.start, "the file is UTF-16; save it as UTF-8")
            return nil
        }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        guard let text = String(validating: body, as: UTF8.self) else {
            list.error(Self.firstInvalid(in: body), "the file is not UTF-8 from here on")
            return nil
        }
        let scalars = Self.withPlainLineEnds(text)
        self.scalars = scalars
        lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
        guard let bad = scalars.firstIndex(where: { !Self.isAllowed($0) }) else { return }
        let number = String(scalars[bad].value, radix: 16, uppercase: true)
        list.error(
            place(of: bad),
            "the character U+\(String(repeating: "0", count: max(0, 4 - number.count)))\(number) "
                + "cannot stand in a policy file")
        return nil
    }

    /// The place of an index into `scalars`.
    func place(of index: Int) -> Place {
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= index { low = middle } else { high = middle - 1 }
        }
        return Place(line: low + 1, column: index - lineStarts[low] + 1)
    }

    /// The index of a place; the text's end for a place after it.
    func index(of place: Place) -> Int {
        guard place.line >= 1, place.line <= lineStarts.count else { return scalars.count }
        return min(scalars.count, lineStarts[place.line - 1] + place.column - 1)
    }

    /// How far an escape sequence may reach in the source for one character of the value.
    private static let longestEscape = 10

    /// Where in the file the character `offset` of a scalar's value stands. The value may have lost
    /// quotes, escapes and line folds on its way; each of its characters is looked for in turn, and
    /// white space is let go.
    func place(of offset: Int, in scalar: YAMLScalar) -> Place {
        var index = index(of: scalar.place)
        let opens: Set<Unicode.Scalar> = ["\"", "'", "|", ">"]
        if !scalar.isPlain, index < scalars.count, opens.contains(scalars[index]) {
            let isBlock = scalars[index] == "|" || scalars[index] == ">"
            if isBlock { while index < scalars.count, scalars[index] != "\n" { index += 1 } }
            index += 1
        }
        for (position, character) in scalar.text.unicodeScalars.enumerated() {
            if !character.properties.isWhitespace {
                var tries = 0
                while index < scalars.count, scalars[index] != character {
                    if !scalars[index].properties.isWhitespace { tries += 1 }
                    if tries > Self.longestEscape { return scalar.place }
                    index += 1
                }
                if position >= offset { return place(of: index) }
                index += 1
            } else if position >= offset {
                return place(of: index)
            }
        }
        return place(of: min(index, scalars.count))
    }

    private static func withPlainLineEnds(_ text: String) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.utf8.count)
        var afterReturn = false
        for scalar in text.unicodeScalars {
            if scalar == "\n", afterReturn {
                afterReturn = false
                continue
            }
            afterReturn = scalar == "\r"
            result.append(afterReturn ? "\n" : scalar)
        }
        return result
    }

    /// YAML 1.2.2 section 5.1, without U+0085, U+2028 and U+2029, which version 1.1 took for line
    /// ends and 1.2 does not, and without byte order marks in the middle.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE,
            0xFF00...0xFFFD, 0x10000...0x10FFFF:
            true
        default: false
        }
    }

    private static func firstInvalid(in bytes: ArraySlice<UInt8>) -> Place {
        // The longest valid beginning, found line by line: invalid bytes are rare and near.
        var place = Place.start
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if String(validating: line, as: UTF8.self) == nil {
                var good = 0
                for end in 1...max(1, line.count)
                where String(validating: line.prefix(end), as: UTF8.self) != nil {
                    good = end
                }
                let text = String(decoding: line.prefix(good), as: UTF8.self)
                place.column = text.unicodeScalars.count + 1
                return place
            }
            place.line += 1
        }
        return .start
    }
}
