/// The laws about size: growth is what makes a tree ugly, so it is stopped early.
enum SizeRules {
    /// Lines of a file.
    static let longestFile = 500
    /// Lines of a function, from its keyword to its closing brace.
    static let longestFunction = 70
    /// Columns of a line. The formatter aims at 100; what it cannot break may stand out this far.
    /// The text of a string literal does not count: a sentence in one piece can be searched for.
    static let longestLine = 110
    /// Lines of a module; a larger one is split along its folders.
    static let largestModule = 8_000
    /// Methods of a port, so that nobody has to fulfil an interface of everything.
    static let mostMethods = 8

    /// Everything that is too long in one file.
    static func check(_ source: SwiftSource) -> [Violation] {
        var found: [Violation] = []
        if source.lines.count > longestFile + 1 {
            found.append(
                Violation(
                    source.path, "\(source.lines.count - 1) lines, \(longestFile) are allowed",
                    do: "Split it by what changes together."))
        }
        for (line, columns) in source.longLines(above: longestLine) {
            found.append(
                Violation(
                    source.path, line, "\(columns) columns, \(longestLine) are allowed",
                    do: "Break the line; make format wraps code and comments at 100."))
        }
        for function in source.functions where function.lines > longestFunction {
            found.append(
                Violation(
                    source.path, function.line,
                    "a function of \(function.lines) lines, \(longestFunction) are allowed",
                    do: "Give its steps names."))
        }
        for port in source.protocols where port.methods > mostMethods {
            found.append(
                Violation(
                    source.path, port.line,
                    "a protocol of \(port.methods) methods, \(mostMethods) are allowed",
                    do: "Split it by who needs what."))
        }
        return found
    }

    /// Modules that have outgrown their walls, and modules that hold nothing.
    static func checkModules(_ names: [String], _ sources: [SwiftSource]) -> [Violation] {
        names.sorted().flatMap { name -> [Violation] in
            let own = sources.filter { $0.module == name }
            // What stands after a file's last line break is no line.
            let lines = own.reduce(0) { $0 + $1.lines.count - 1 }
            if lines > largestModule {
                return [
                    Violation(
                        "Sources/\(name)", "\(lines) lines, \(largestModule) are allowed",
                        do: "Split it along its folders.")
                ]
            }
            if !own.contains(where: \.declaresSomething) {
                return [
                    Violation(
                        "Sources/\(name)", "an empty module",
                        do: "Add it when it has something to hold.")
                ]
            }
            return []
        }
    }
}

extension SwiftSource {
    /// The numbers and widths of lines that are too long, string literals left out.
    func longLines(above limit: Int) -> [(line: Int, columns: Int)] {
        lines.enumerated().filter { $0.element.count > limit }.compactMap { index, line in
            let isComment = line.drop { $0 == " " }.hasPrefix("//")
            let columns = isComment ? line.count : codeColumns(ofLine: index)
            return columns > limit ? (index + 1, columns) : nil
        }
    }

    /// Columns of the code alone: the blanks that a masked string left behind count as one.
    private func codeColumns(ofLine index: Int) -> Int {
        let line = code.split(separator: newline, omittingEmptySubsequences: false)[index]
        // Of the line as it is: one that is a string and nothing else is blank after masking.
        let indentation = lines[index].prefix { $0 == " " }.count
        let pieces = line.split(separator: UInt8(ascii: " "))
        return indentation + pieces.reduce(0) { $0 + $1.count + 1 }
    }

    /// Where a function begins, and how many lines it has.
    struct Function {
        let line: Int
        let lines: Int
    }

    /// Functions, initialisers, subscripts and computed properties that have a body.
    var functions: [Function] {
        words.compactMap { word in
            guard let body = bodyStart(word) else { return nil }
            return Function(
                line: word.line, lines: lineEnds(from: word.start, to: closing(body)) + 1)
        }
    }

    /// Protocols with the number of their methods.
    var protocols: [(line: Int, methods: Int)] {
        words.compactMap { word in
            guard word.text == "protocol",
                let body = code[word.end...].firstIndex(of: UInt8(ascii: "{"))
            else {
                return nil
            }
            let inside = body..<closing(body)
            return (word.line, words.count { $0.text == "func" && inside.contains($0.start) })
        }
    }

    /// Whether the file declares a type or a function.
    var declaresSomething: Bool {
        let keywords: Set = ["struct", "class", "enum", "actor", "protocol", "func", "extension"]
        return words.contains { keywords.contains($0.text) }
    }

    /// The place of the brace that opens the body of what `word` declares; `nil` when it declares
    /// nothing with a body.
    private func bodyStart(_ word: Word) -> Int? {
        switch word.text {
        case "func", "subscript":
            return code[word.end...].firstIndex(of: UInt8(ascii: "(")).flatMap(bodyAfter)
        case "init":
            let next = skippingBlanks(word.end)
            let opens = [UInt8(ascii: "("), UInt8(ascii: "?"), UInt8(ascii: "<")].contains(
                byte(next))
            guard opens, byte(word.start - 1) != UInt8(ascii: ".") else { return nil }
            return code[next...].firstIndex(of: UInt8(ascii: "(")).flatMap(bodyAfter)
        case "deinit":
            return bodyAfter(word.end - 1)
        case "var":
            let rest = code[word.end...].prefix { $0 != newline && $0 != UInt8(ascii: "=") }
            return rest.firstIndex(of: UInt8(ascii: "{"))
        default: return nil
        }
    }

    /// The brace that follows a parameter list, past `throws`, the result and the conditions; `nil`
    /// in a protocol.
    private func bodyAfter(_ parameters: Int) -> Int? {
        var place = byte(parameters) == UInt8(ascii: "(") ? closing(parameters) : parameters + 1
        while place < code.count {
            switch code[place] {
            case UInt8(ascii: "{"): return place
            case UInt8(ascii: "}"): return nil
            case UInt8(ascii: "("): place = closing(place)
            default:
                if startsDeclaration(place) { return nil }
                place += 1
            }
        }
        return nil
    }

    private func startsDeclaration(_ place: Int) -> Bool {
        guard isIdentifierByte(code[place]), !isIdentifierByte(byte(place - 1)) else {
            return false
        }
        let text = String(decoding: code[place...].prefix(while: isIdentifierByte), as: UTF8.self)
        let keywords: Set = [
            "func", "init", "var", "let", "static", "mutating", "associatedtype", "public",
            "private", "subscript",
        ]
        return keywords.contains(text)
    }
}
