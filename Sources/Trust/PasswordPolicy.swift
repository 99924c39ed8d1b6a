/// What a password must be. Length is what counts (NIST SP 800-63B, section 5.1.1); no rules about
/// kinds of characters.
public enum PasswordPolicy {
    /// The fewest characters.
    public static let minimumCharacters = 12
    /// The longest password, in bytes of UTF-8: longer ones only cost time.
    public static let maximumBytes = 256
    /// The fewest different characters: `aaaaaaaaaaaa` is long, and is guessed first.
    static let minimumDistinctCharacters = 5

    /// What stands at the head of every list of guesses and is long enough.
    private static let common: Set<String> = [
        "administrator", "administrator1", "password1234", "password12345", "passwordpassword",
        "123456789012", "1234567890123", "qwertyuiop12", "qwertyuiopasdf", "letmeinletmein",
        "changemechangeme", "correcthorsebatterystaple", "patchbaypatchbay", "welcome12345",
    ]

    /// Refuses a password that is too easy to guess.
    ///
    /// - Throws: `TrustError` `E_PASSWORD_WEAK` with what is wrong with it, but nothing of it.
    public static func check(_ password: String, userName: String) throws(TrustError) {
        if password.utf8.count > maximumBytes {
            throw .weak("It has more than \(maximumBytes) bytes.")
        }
        if password.count < minimumCharacters {
            throw .weak("It has fewer than \(minimumCharacters) characters.")
        }
        let lower = password.lowercased()
        if Set(lower).count < minimumDistinctCharacters {
            throw .weak("It has fewer than \(minimumDistinctCharacters) different characters.")
        }
        if common.contains(lower) { throw .weak("It is one of the most common passwords.") }
        if userName.count >= 4, lower.contains(userName.lowercased()) {
            throw .weak("It contains the user's name.")
        }
    }
}

/// A password that the program makes, to be used once and changed.
public enum OneTimePassword {
    /// How many random bytes one takes: 100 bits.
    public static let byteCount = 13
    private static let groups = 5
    private static let groupLength = 4
    /// Crockford's base 32: no I, L, O or U, so that it can be read aloud and typed from a screen.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// A password of five groups of four characters.
    ///
    /// - Precondition: there are `byteCount` random bytes.
    public static func make(from bytes: [UInt8]) -> String {
        precondition(bytes.count == byteCount, "a one-time password takes \(byteCount) bytes")
        var text: [UInt8] = []
        for place in 0..<groups * groupLength {
            if place > 0, place % groupLength == 0 { text.append(UInt8(ascii: "-")) }
            let bit = place * 5
            let pair =
                UInt16(bytes[bit / 8]) << 8
                | (bit / 8 + 1 < byteCount ? UInt16(bytes[bit / 8 + 1]) : 0)
            text.append(alphabet[Int(pair >> UInt16(11 - bit % 8) & 31)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension TrustError {
    fileprivate static func weak(_ what: String) -> TrustError {
        TrustError(
            "E_PASSWORD_WEAK", "The password is too easy to guess. \(what)",
            nextStep:
                """
                Choose one of at least \(PasswordPolicy.minimumCharacters) characters, such as four \
                unrelated words.
                """
        )
    }
}
