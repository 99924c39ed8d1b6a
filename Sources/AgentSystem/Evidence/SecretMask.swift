/// Masks what looks like a secret in command lines and logs. It goes by names and shapes, and cannot
/// know them all.
enum SecretMask {
    private static let mask = "***"
    /// Parts of names of arguments and variables whose values are secret.
    private static let names = [
        "pass", "secret", "token", "apikey", "api-key", "api_key", "credential", "private-key",
        "privatekey", "accesskey", "access-key", "access_key", "authorization", "bearer", "pwd",
    ]

    /// Programs, and their options that a password follows.
    private static let passwordOptions = [
        (program: "curl", options: ["-u", "--user", "-U", "--proxy-user"]),
        (program: "sshpass", options: ["-p"]),
    ]

    /// The arguments of a command, masked.
    static func arguments(_ words: [String]) -> [String] {
        var hidesNext = false
        return words.enumerated().map { place, word in
            if hidesNext {
                hidesNext = false
                return mask
            }
            let isOption = word.hasPrefix("-")
            if place > 0, isOption, !word.contains("="), isSecret(word) { hidesNext = true }
            let takesNext = passwordOptions.first { words[0].hasSuffix($0.program) }?.options ?? []
            if place > 0, takesNext.contains(word) { hidesNext = true }
            // mysql -pSECRET; a single -p is a port, a path or a question elsewhere.
            if place > 0, word.hasPrefix("-p"), word.utf8.count > 2, !word.hasPrefix("-p="),
                words[0].contains("mysql") || words[0].contains("maria")
            {
                return "-p\(mask)"
            }
            return text(word)
        }
    }

    /// A text with `name=value`, `name: value` and addresses with passwords masked, word by word.
    static func text(_ line: String) -> String {
        var hidesNext = false
        return line.split(separator: " ", omittingEmptySubsequences: false).map { part in
            if hidesNext, !part.isEmpty {
                // “Authorization: Bearer …” has one word more.
                hidesNext = part.lowercased() == "bearer" || part.lowercased() == "basic"
                return hidesNext ? String(part) : mask
            }
            if part.hasSuffix(":"), isSecret(part) { hidesNext = true }
            return word(part)
        }.joined(separator: " ")
    }

    /// What stands behind the first name of a secret in a word: `name=`, `"name":`, also within
    /// another value, a list of options or an address's query.
    private static func word(_ word: Substring) -> String {
        let shown = withoutPassword(word)
        var start = shown.startIndex
        for place in shown.indices where "=:&,;?".contains(shown[place]) {
            let next = shown.index(after: place)
            let gives = "=:".contains(shown[place]) && !shown[place...].hasPrefix("://")
            if gives, next < shown.endIndex, isSecret(shown[start..<place]) {
                return "\(shown[...place])\(mask)"
            }
            start = next
        }
        return shown
    }

    /// An address: the user's password stands between the second colon and the last “@”.
    private static func withoutPassword(_ word: Substring) -> String {
        guard let scheme = word.firstIndex(of: ":"), word[scheme...].hasPrefix("://") else {
            return String(word)
        }
        let rest = word[scheme...].dropFirst(3)
        let place = rest.prefix { $0 != "/" }
        guard let at = place.lastIndex(of: "@"), let colon = place[..<at].firstIndex(of: ":") else {
            return String(word)
        }
        return "\(word[...colon])\(mask)\(word[at...])"
    }

    private static func isSecret(_ name: some StringProtocol) -> Bool {
        let name = name.lowercased()
        return names.contains { name.contains($0) }
    }
}
