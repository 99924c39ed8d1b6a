/// The laws about what code may reach for.
enum SymbolRules {
    /// Something that is banned, and where.
    struct Ban {
        /// The code that must not stand there. A `(` or `)` at its end is part of it.
        let symbol: String
        let layers: ClosedRange<Int>
        let advice: String

        init(_ symbol: String, _ layers: ClosedRange<Int>, _ advice: String) {
            self.symbol = symbol
            self.layers = layers
            self.advice = advice
        }
    }

    /// Layers 0 to 2 are functions of their arguments.
    private static let pure = 0...2
    private static let all = 0...5
    private static let belowPrograms = 0...4

    static let bans: [Ban] = [
        Ban("Date()", pure, "Take the time as an argument (Fleet.Timestamp)."),
        Ban("ContinuousClock", pure, "Take the time as an argument (Fleet.Timestamp)."),
        Ban("SuspendingClock", pure, "Take the time as an argument (Fleet.Timestamp)."),
        Ban("SystemRandomNumberGenerator", pure, "Take a generator as an argument."),
        Ban("UUID()", pure, "Take identifiers as arguments."),
        Ban("FileManager", pure, "Take bytes as arguments; files are read in layer 4."),
        Ban("FileHandle", pure, "Take bytes as arguments; files are read in layer 4."),
        Ban("ProcessInfo", pure, "Take settings as arguments; the environment is read in layer 5."),
        Ban("getenv(", pure, "Take settings as arguments; the environment is read in layer 5."),
        Ban("URLSession", pure, "Take bytes as arguments; the network is for layer 4."),
        Ban("try!", all, "Let the error travel, or handle it."),
        Ban(
            "@unchecked Sendable", all,
            "Make it Sendable by construction: a value, a Mutex or an actor."),
        Ban("nonisolated(unsafe)", all, "Use a Mutex or an actor."),
        Ban("fatalError(", all, "Throw an error that says what to do, or state a precondition."),
        Ban(
            "print(", belowPrograms,
            "Return the text; only the programs of layer 5 write to the terminal."),
        Ban(
            "debugPrint(", belowPrograms,
            "Return the text; only the programs of layer 5 write to the terminal."),
    ]

    /// Everything banned in one file of a layer.
    static func check(_ source: SwiftSource, layer: Int) -> [Violation] {
        let banned = bans.filter { $0.layers.contains(layer) }.flatMap { ban in
            places(of: ban.symbol, in: source).map {
                Violation(
                    source.path, $0, "\(ban.symbol) is banned in layer \(layer)", do: ban.advice)
            }
        }
        let pureOnly = pure.contains(layer) ? clockReads(source) + unseededRandomness(source) : []
        return banned + pureOnly + (layer < 4 ? unstructuredTasks(source) : []) + unfinished(source)
    }

    /// `.now` of a type, of a fresh value or of the type that is expected; `context.now` is an
    /// argument, and is fine.
    private static func clockReads(_ source: SwiftSource) -> [Violation] {
        source.words.indices.filter { index in
            let word = source.words[index]
            guard word.text == "now", source.byte(word.start - 1) == UInt8(ascii: ".") else {
                return false
            }
            let before = source.byte(word.start - 2)
            if before == UInt8(ascii: ")") { return true }
            guard isIdentifierByte(before), index > 0 else { return true }
            return source.words[index - 1].text.first?.isUppercase == true
        }.map {
            Violation(
                source.path, source.words[$0].line, "a clock is read",
                do: "Take the time as an argument (Fleet.Timestamp).")
        }
    }

    /// A random choice that does not name its generator uses the system's.
    private static func unseededRandomness(_ source: SwiftSource) -> [Violation] {
        let calls: Set = ["random", "randomElement", "shuffled", "shuffle"]
        return source.words.filter { word in
            guard calls.contains(word.text), source.byte(word.start - 1) == UInt8(ascii: "."),
                source.byte(word.end) == UInt8(ascii: "(")
            else { return false }
            let call = source.code[word.end..<source.closing(word.end)]
            return !String(decoding: call, as: UTF8.self).contains("using:")
        }.map {
            Violation(
                source.path, $0.line, "\($0.text) without a generator",
                do: "Take a generator as an argument and pass it on with using:.")
        }
    }

    /// A task that nobody waits for is started only where lifetimes are managed: in layers 4 and 5.
    private static func unstructuredTasks(_ source: SwiftSource) -> [Violation] {
        source.words.indices.filter { index in
            let word = source.words[index]
            guard word.text == "Task", source.byte(word.start - 1) != UInt8(ascii: ".") else {
                return false
            }
            let next = source.byte(source.skippingBlanks(word.end))
            if [UInt8(ascii: "{"), UInt8(ascii: "("), UInt8(ascii: "<")].contains(next) {
                return true
            }
            guard source.byte(word.end) == UInt8(ascii: "."), index + 1 < source.words.count else {
                return false
            }
            return ["detached", "immediate", "immediateDetached"].contains(
                source.words[index + 1].text)
        }.map {
            Violation(
                source.path, source.words[$0].line, "an unstructured task",
                do: "Use async let or a task group, or let the caller start it.")
        }
    }

    private static func unfinished(_ source: SwiftSource) -> [Violation] {
        source.lines.enumerated().flatMap { index, line in
            ["TODO", "FIXME", "XXX"].filter { line.contains($0) }.map {
                Violation(source.path, index + 1, "\($0) is left", do: "Finish it, or take it out.")
            }
        }
    }

    /// The lines on which a symbol stands as a whole.
    private static func places(of symbol: String, in source: SwiftSource) -> [Int] {
        let pattern = Array(symbol.utf8)
        guard let head = pattern.first, let tail = pattern.last else { return [] }
        var line = 1
        var lines: [Int] = []
        for place in source.code.indices {
            if source.code[place] == newline { line += 1 }
            guard source.code[place] == head, source.code[place...].starts(with: pattern) else {
                continue
            }
            let touchesBefore = isIdentifierByte(head) && isIdentifierByte(source.byte(place - 1))
            let touchesAfter =
                isIdentifierByte(tail) && isIdentifierByte(source.byte(place + pattern.count))
            let isMember = symbol.hasSuffix("(") && source.byte(place - 1) == UInt8(ascii: ".")
            let isDeclared = declares(source, place)
            if !touchesBefore, !touchesAfter, !isMember, !isDeclared { lines.append(line) }
        }
        return lines
    }

    /// Whether the name at a place is being declared (`func print(`), not used.
    private static func declares(_ source: SwiftSource, _ place: Int) -> Bool {
        place >= 5 && source.code[(place - 5)..<place].elementsEqual("func ".utf8)
    }
}
