/// Lets commas stand inside round brackets and quotes of an expression, also within `{ }`.
///
/// In a flow mapping a comma ends a plain text, so that YAML reads `{when: severity in (critical,
/// important), approve: at once}` as three keys. What is meant is plain. Commas at such places are
/// changed to a character that the file does not use before YAML reads it, and changed back
/// afterwards; one character for one, so that lines and columns stay.
struct BracketGuard {
    private var text: [Unicode.Scalar]
    private var index = 0
    private var depth = 0
    /// Whether a value may begin here.
    private var atStart = true
    private let substitute: Unicode.Scalar
    /// Up to here brackets are known not to close: they are not looked at twice.
    private var openUntil = 0

    /// The text that YAML is given.
    private(set) var guarded = ""

    init(_ scalars: [Unicode.Scalar]) {
        text = scalars
        let used = Set(scalars)
        // Private use characters; a text that uses all of them is left as it is.
        let free = (0xE000...0xF8FF).lazy.compactMap(Unicode.Scalar.init).first {
            !used.contains($0)
        }
        substitute = free ?? ","
        scan()
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text)
        guarded = String(view)
    }

    /// A text as it was before.
    func restored(_ text: String) -> String {
        guard text.unicodeScalars.contains(substitute) else { return text }
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0 == substitute ? "," : $0 }))
    }

    private mutating func scan() {
        while index < text.count {
            let character = text[index]
            switch character {
            case "\n":
                atStart = true
                index += 1
            case " ", "\t": index += 1
            case "#" where isAfterSpace: skipLine()
            case _ where atStart: beginValue(character)
            case ",", ":":
                atStart = true
                index += 1
            case "]", "}":
                depth = max(0, depth - 1)
                index += 1
            default: index += 1
            }
        }
    }

    private mutating func beginValue(_ character: Unicode.Scalar) {
        switch character {
        case "\"", "'":
            index = endOfQuoted(index)
            atStart = false
        case "[", "{":
            depth += 1
            index += 1
        case "]", "}":
            depth = max(0, depth - 1)
            atStart = false
            index += 1
        case ",": index += 1
        case "-" where isBeforeSpace(index), "?" where isBeforeSpace(index),
            ":" where isBeforeSpace(index):
            index += 1
        case "|" where depth == 0, ">" where depth == 0:
            skipBlock()
        default:
            if depth == 0 { skipBlockPlain() } else { guardFlowPlain() }
        }
    }

    private var isAfterSpace: Bool {
        index == 0 || text[index - 1].properties.isWhitespace
    }

    private func isBeforeSpace(_ index: Int) -> Bool {
        index + 1 >= text.count || text[index + 1].properties.isWhitespace
    }

    private mutating func skipLine() {
        while index < text.count, text[index] != "\n" { index += 1 }
    }

    /// The index after a quoted text that begins at `start`.
    private func endOfQuoted(_ start: Int) -> Int {
        let quote = text[start]
        var index = start + 1
        while index < text.count {
            if quote == "\"", text[index] == "\\" {
                index += 2
                continue
            }
            if text[index] == quote { return index + 1 }
            index += 1
        }
        return text.count
    }

    private mutating func skipBlockPlain() {
        while index < text.count, text[index] != "\n" {
            if text[index] == "#", isAfterSpace { return }
            if text[index] == ":", isBeforeSpace(index) {
                atStart = true
                index += 1
                return
            }
            index += 1
        }
    }

    /// A literal or folded text goes on while its lines are indented like its first one.
    private mutating func skipBlock() {
        skipLine()
        var indentation: Int?
        while index < text.count {
            var end = index + 1
            while end < text.count, text[end] == " " { end += 1 }
            let width = end - index - 1
            if end < text.count, text[end] != "\n" {
                if width < indentation ?? 1 { return }
                indentation = indentation ?? width
            }
            index = end
            skipLine()
        }
    }

    /// A plain text within `[ ]` or `{ }`, up to its end; commas inside its brackets and quotes are
    /// changed.
    private mutating func guardFlowPlain() {
        var brackets = 0
        var pending: [Int] = []
        if index < openUntil { return skipFlowPlain() }
        while index < text.count {
            let character = text[index]
            if let end = endOfInnerQuote() {
                pending += (index..<end).filter { text[$0] == "," }
                index = end
                if brackets == 0 { commit(&pending) }
                continue
            }
            switch character {
            case "(": brackets += 1
            case ")":
                brackets = max(0, brackets - 1)
                if brackets == 0 { commit(&pending) }
            case "," where brackets > 0: pending.append(index)
            case ",", "[", "]", "{", "}":
                return end(pending)
            case "\n" where brackets == 0: return end(pending)
            case "#" where isAfterSpace: return end(pending)
            case ":" where isBeforeSpace(index): return end(pending)
            default: break
            }
            index += 1
        }
        end(pending)
    }

    /// The index after a quoted text inside a plain one; `nil` when none begins here. An apostrophe
    /// inside a word begins none.
    private func endOfInnerQuote() -> Int? {
        let character = text[index]
        guard character == "\"" || character == "'", index > 0 else { return nil }
        let before = text[index - 1]
        guard before == " " || before == "(" || before == "," else { return nil }
        var end = index + 1
        while end < text.count, text[end] != "\n" {
            if text[end] == character { return end + 1 }
            end += 1
        }
        return nil
    }

    private mutating func commit(_ pending: inout [Int]) {
        for place in pending { text[place] = substitute }
        pending = []
    }

    /// Ends a plain text. A bracket that was never closed has guarded nothing: what follows its
    /// first comma is read again, as YAML does.
    private mutating func end(_ pending: [Int]) {
        atStart = false
        guard let first = pending.first else { return }
        openUntil = index
        index = first
    }

    /// A plain text within `[ ]` or `{ }` as YAML reads it.
    private mutating func skipFlowPlain() {
        let signs: [Unicode.Scalar] = [",", "[", "]", "{", "}", "\n"]
        while index < text.count, !signs.contains(text[index]),
            !(text[index] == "#" && isAfterSpace), !(text[index] == ":" && isBeforeSpace(index))
        {
            index += 1
        }
        atStart = false
    }
}
