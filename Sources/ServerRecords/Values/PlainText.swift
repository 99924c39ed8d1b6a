import Fleet

/// Texts of endpoints, made fit to be stored and shown: what a package's script prints may hold
/// anything.
package enum PlainText {
    /// One line: control characters and marks of direction become spaces.
    package static func line(_ text: String, atMost limit: Int) -> String {
        String(cleaned(text.prefix(limit), keepsLines: false))
    }

    /// Several lines: line ends and tabs stay, other control characters and marks of direction
    /// become spaces.
    package static func lines(_ text: String) -> String {
        String(cleaned(text[...], keepsLines: true))
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
