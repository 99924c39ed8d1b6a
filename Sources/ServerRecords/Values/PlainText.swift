import Fleet

/// Texts of endpoints, made fit to be stored and shown: what a package's script prints may hold
/// anything.
package enum PlainText {
    /// One line: control characters and marks of direction become spaces.
    package static func line(_ text: String, atMost limit: Int) -> String {
        if isPrintableASCII(text, atMost: limit) { return text }
        return String(cleaned(text.prefix(limit), keepsLines: false))
    }

    /// Several lines: line ends and tabs stay, other control characters and marks of direction
    /// become spaces.
    package static func lines(_ text: String) -> String {
        String(cleaned(text[...], keepsLines: true))
    }

    /// Whether a text is no longer than allowed and has nothing to clean, which nearly all are: found
    /// out without taking it apart into characters.
    private static func isPrintableASCII(_ text: String, atMost limit: Int) -> Bool {
        var text = text
        return text.withUTF8 { text in
            guard text.count <= limit else { return false }
            guard let bytes = text.baseAddress else { return true }
            var place = 0
            while place < text.count {
                if bytes[place] < 0x20 || bytes[place] > 0x7E { return false }
                place += 1
            }
            return true
        }
    }

    private static func cleaned(_ text: Substring, keepsLines: Bool) -> String {
        // Most texts are clean, and are not copied.
        guard text.unicodeScalars.contains(where: { isControl($0, keepsLines) }) else {
            return String(text)
        }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(isControl(scalar, keepsLines) ? " " : scalar)
        }
        return String(result)
    }

    private static func isControl(_ scalar: Unicode.Scalar, _ keepsLines: Bool) -> Bool {
        if keepsLines, scalar == "\n" || scalar == "\r" || scalar == "\t" || scalar == "\u{1B}" {
            return false
        }
        return scalar.isMisleading
    }
}
