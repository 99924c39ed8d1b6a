import Fleet

/// Reads the keys of one mapping, and says at the end which of them nobody asked for.
struct MappingReader {
    /// Where the mapping begins.
    let place: Place
    /// What it describes, for messages: “a window”, “the policy”.
    let subject: String
    private let list: DiagnosticList
    private let entries: [YAMLEntry]
    private var asked: [String] = []
    private var missing: [Missing] = []

    /// Keys of which one must be there, and none is.
    private struct Missing {
        let keys: [String]
        let message: String
    }

    /// `nil`, and said so, when the value is no mapping.
    init?(_ value: YAMLValue, _ subject: String, _ list: DiagnosticList) {
        if value.isRefused { return nil }
        guard case .mapping(let entries) = value.content else {
            list.error(value.place, "\(subject) must be a mapping of keys, not \(value.kind)")
            return nil
        }
        place = value.place
        self.subject = subject
        self.list = list
        self.entries = entries
    }

    /// The value of a key; `nil` when it is not there. A key without value is a mistake.
    mutating func optional(_ key: String) -> YAMLValue? {
        asked.append(key)
        guard let entry = entries.first(where: { $0.key.text == key }), !entry.value.isRefused
        else { return nil }
        if entry.value.isNull {
            list.error(entry.key.place, "“\(key)” has no value; write one, or leave the key out")
            return nil
        }
        return entry.value
    }

    /// The value of a key that must be there.
    mutating func required(_ key: String, example: String) -> YAMLValue? {
        if !entries.contains(where: { $0.key.text == key }) {
            asked.append(key)
            missing.append(
                Missing(
                    keys: [key],
                    message: "\(subject) needs “\(key)”, such as “\(key): \(example)”"))
            return nil
        }
        return optional(key)
    }

    /// The value of whichever of these keys is there; exactly one must be.
    mutating func exactlyOne(of keys: [String]) -> (key: String, value: YAMLValue)? {
        asked += keys
        let found = entries.filter { keys.contains($0.key.text) }
        let names = keys.map { "“\($0)”" }.joined(separator: " or ")
        guard let first = found.first else {
            missing.append(Missing(keys: keys, message: "\(subject) needs \(names)"))
            return nil
        }
        guard found.count == 1 else {
            list.error(found[1].key.place, "\(subject) has \(names), not more than one of them")
            return nil
        }
        return optional(first.key.text).map { (first.key.text, $0) }
    }

    /// Where a key stands; the mapping's own place when it is not there.
    func place(of key: String) -> Place {
        entries.first { $0.key.text == key }?.key.place ?? place
    }

    /// Where the value of a key stands; the mapping's own place when it is not there.
    func valuePlace(of key: String) -> Place {
        entries.first { $0.key.text == key }?.value.place ?? place
    }

    /// Whether a key is there.
    func has(_ key: String) -> Bool { entries.contains { $0.key.text == key } }

    /// The keys and values, for mappings whose keys are names.
    var named: [YAMLEntry] { entries }

    /// Says which keys are not known, and which are missing. Call it when all keys have been asked
    /// for.
    func finish() {
        let known = Set(asked).sorted()
        var meant: Set<String> = []
        for entry in entries where !asked.contains(entry.key.text) {
            // Each guess takes time, and a full list takes no more of them.
            if list.isFull { return }
            let word = entry.key.text
            if word == "<<" {
                list.error(entry.key.place, "merge keys (<<) are not used in policies")
                continue
            }
            if let nearest = Spelling.nearest(to: word, among: known) { meant.insert(nearest) }
            list.error(entry.key.place, unknown(word, known))
        }
        // A misspelt key is one mistake, which has been told where it stands.
        for missing in missing where meant.isDisjoint(with: missing.keys) {
            list.error(place, missing.message)
        }
    }

    /// Says that the one key that has been asked for is missing, or how it is misspelt, where the
    /// other keys mean nothing without it.
    func finishEarly() {
        let misspelt = entries.prefix(DiagnosticList.limit).first {
            !asked.contains($0.key.text)
                && Spelling.nearest(to: $0.key.text, among: asked) != nil
        }
        if let key = misspelt?.key, !missing.isEmpty {
            return list.error(key.place, unknown(key.text, asked))
        }
        for missing in missing { list.error(place, missing.message) }
    }

    private func unknown(_ word: String, _ known: [String]) -> String {
        "\(subject) has no key “\(word.prefix(Self.shownCharacters))”"
            + Guess.clause(for: word, of: known)
    }

    /// How much of an unknown word a message repeats.
    static let shownCharacters = 60
}
