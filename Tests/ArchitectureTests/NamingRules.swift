/// The laws about words: one word for one thing (docs/architecture.md, "Words").
enum NamingRules {
    /// Words that a type's name must not hold, and what the thing is called here.
    static let instead: [String: String] = [
        "Host": "Endpoint", "Node": "Endpoint", "Device": "Endpoint", "Customer": "Tenant",
        "Organization": "Tenant", "Organisation": "Tenant", "Account": "User or Tenant",
        "Upgrade": "Update",
        "Errata": "Advisory", "Bulletin": "Advisory", "Vuln": "Vulnerability", "Snooze": "Deferral",
        "Blacklist": "Hold", "Whitelist": "Approval", "Waiver": "Exception",
        "Campaign": "Deployment",
        "Heartbeat": "CheckIn", "Helper": "what it does", "Helpers": "what they do",
        "Util": "what it does",
        "Utils": "what they do", "Misc": "what it holds",
    ]

    /// Pairs of words that are our own: the identity that enrolment binds is a device's.
    static let ownPairs: Set<String> = [
        "DeviceKey", "DeviceKeys", "DeviceIdentity", "DeviceAssertion", "DeviceSignature",
        "DeviceID",
    ]

    /// Types whose names say what they should not.
    static func check(_ source: SwiftSource) -> [Violation] {
        source.declaredTypes.flatMap { type -> [Violation] in
            let words = camelWords(type.name)
            return words.indices.compactMap { index in
                guard let better = instead[words[index]] else { return nil }
                let pair = words[index] + (index + 1 < words.count ? words[index + 1] : "")
                if ownPairs.contains(pair) { return nil }
                return Violation(
                    source.path, type.line, "\(type.name) says \(words[index])",
                    do: "Say \(better).")
            }
        }
    }

    /// `HTTPClientError` -> `HTTP`, `Client`, `Error`.
    static func camelWords(_ name: String) -> [String] {
        var words: [String] = []
        let characters = Array(name)
        for (index, character) in characters.enumerated() {
            let before = index > 0 ? characters[index - 1] : "_"
            let after = index + 1 < characters.count ? characters[index + 1] : "_"
            let begins = character.isUppercase && (!before.isUppercase || after.isLowercase)
            if words.isEmpty || begins { words.append("") }
            words[words.count - 1].append(character)
        }
        return words
    }
}

extension SwiftSource {
    /// The types that the file declares, with the line of each.
    var declaredTypes: [(name: String, line: Int)] {
        let kinds: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        return words.indices.dropLast().compactMap { index in
            let next = words[index + 1]
            guard kinds.contains(words[index].text), next.text.first?.isUppercase == true else {
                return nil
            }
            return (next.text, next.line)
        }
    }
}
