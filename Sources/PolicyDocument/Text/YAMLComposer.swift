import Yams

/// Reads the documents of a YAML file into values. This is the only file that knows Yams.
///
/// Anchors, aliases and tags are refused: a policy says what it says where it says it, and a short
/// file cannot grow without bound while it is read.
struct YAMLComposer {
    let source: SourceText
    let list: DiagnosticList
    private let brackets: BracketGuard

    /// How deep values may nest: a policy needs six.
    static let maximumDepth = 32
    private static let tooDeep = "values nest deeper than \(maximumDepth) levels"
    /// The most documents of one file.
    static let maximumDocuments = 200

    init(_ source: SourceText, _ list: DiagnosticList) {
        self.source = source
        self.list = list
        brackets = BracketGuard(source.scalars)
    }

    /// The documents that could be read; empty ones are left out.
    func documents() -> [YAMLValue] {
        guard !refusesAliases() else { return [] }
        var documents: [YAMLValue] = []
        do {
            let parser = try Parser(yaml: brackets.guarded, resolver: .basic, encoding: .utf8)
            while let root = try parser.nextRoot() {
                guard documents.count < Self.maximumDocuments else {
                    list.error(
                        place(root),
                        "a file holds at most \(Self.maximumDocuments) policies; split it")
                    break
                }
                if let value = value(root, depth: 0), !value.isNull { documents.append(value) }
            }
        } catch let error as YamlError {
            report(error)
        } catch {
            list.error(.start, "the file cannot be read as YAML: \(error)")
        }
        return documents
    }

    // MARK: Values

    private func value(_ part: Node, depth: Int) -> YAMLValue? {
        let place = place(part)
        guard depth < Self.maximumDepth else {
            list.error(place, Self.tooDeep)
            return nil
        }
        guard part.anchor == nil else {
            list.error(place, "anchors (&) are not used in policies; write the value out")
            return nil
        }
        switch part {
        case .scalar(let scalar):
            return self.scalar(scalar).map { YAMLValue(place: place, content: .scalar($0)) }
        case .sequence(let sequence):
            guard isUntagged(sequence.tag, place) else { return nil }
            let elements = sequence.compactMap { value($0, depth: depth + 1) }
            return YAMLValue(place: place, content: .list(elements))
        case .mapping(let mapping):
            guard isUntagged(mapping.tag, place) else { return nil }
            let entries = mapping.compactMap { entry($0.key, $0.value, depth: depth + 1) }
            return YAMLValue(place: place, content: .mapping(entries))
        case .alias:
            list.error(place, "aliases (*) are not used in policies; write the value out")
            return nil
        }
    }

    private func entry(_ key: Node, _ value: Node, depth: Int) -> YAMLEntry? {
        guard case .scalar(let scalar) = key else {
            list.error(place(key), "a key must be a word")
            return nil
        }
        guard let key = self.scalar(scalar) else { return nil }
        // The key is there all the same: that it is missing would be one more fault, and not true.
        let value =
            self.value(value, depth: depth)
            ?? YAMLValue(place: place(value), content: .refused)
        return YAMLEntry(key: key, value: value)
    }

    private func scalar(_ scalar: Node.Scalar) -> YAMLScalar? {
        let place = Place(line: scalar.mark?.line ?? 1, column: scalar.mark?.column ?? 1)
        guard isUntagged(scalar.tag, place) else { return nil }
        return YAMLScalar(
            text: brackets.restored(scalar.string), place: place, isPlain: scalar.style == .plain)
    }

    /// Whether a value has the type that its looks give it; Yams gives quoted texts and keys the
    /// name of a text. A tag that says what the looks say already (`!!str`) is a tag all the same:
    /// the value begins with it then.
    private func isUntagged(_ tag: Tag, _ place: Place) -> Bool {
        let own: [Tag.Name] = [.implicit, .str, .seq, .map]
        let isOwn = own.contains { $0.rawValue == tag.description }
        let index = source.index(of: place)
        let isWritten = index < source.scalars.count && source.scalars[index] == "!"
        if isOwn, !isWritten { return true }
        let name =
            isOwn
            ? String(String.UnicodeScalarView(source.scalars[index...].prefix(while: Self.isOfTag)))
            : tag.description
        list.error(
            place, "tags (\(name)) are not used in policies; quote a text that begins with !")
        return false
    }

    private static func isOfTag(_ scalar: Unicode.Scalar) -> Bool {
        !scalar.properties.isWhitespace && ![",", "[", "]", "{", "}"].contains(scalar)
    }

    private func place(_ part: Node) -> Place {
        Place(line: part.mark?.line ?? 1, column: part.mark?.column ?? 1)
    }

    // MARK: What is refused before it is read

    /// An alias to an anchor lets a short text stand for a huge value, which the parser compares
    /// whole when it is a key: so no text with both reaches it.
    private func refusesAliases() -> Bool {
        let text = source.scalars
        let anchors = Set(text.indices.compactMap { name(after: "&", at: $0) })
        guard !anchors.isEmpty else { return false }
        guard
            let alias = text.indices.first(where: { index in
                name(after: "*", at: index).map(anchors.contains) ?? false
            })
        else { return false }
        list.error(
            source.place(of: alias),
            "anchors (&) and aliases (*) are not used in policies; write the value out")
        return true
    }

    /// What an anchor or alias may follow, besides white space.
    private static let openers: Set<Unicode.Scalar> = ["[", "{", ",", "]", "}", "\"", "'", ":"]

    private func name(after sign: Unicode.Scalar, at index: Int) -> String? {
        let text = source.scalars
        guard text[index] == sign else { return nil }
        if index > 0 {
            let before = text[index - 1]
            guard before.properties.isWhitespace || Self.openers.contains(before) else {
                return nil
            }
        }
        let name = text[(index + 1)...].prefix {
            $0 == "-" || $0 == "_" || ("0"..."9").contains($0) || ("a"..."z").contains($0)
                || ("A"..."Z").contains($0)
        }
        return name.isEmpty ? nil : String(String.UnicodeScalarView(name))
    }

    // MARK: What the parser complains of

    private func report(_ error: YamlError) {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let place = Place(line: mark.line, column: mark.column)
            if let context, source.index(of: place) >= source.scalars.count,
                context.text.contains("flow") || context.text.contains("quoted")
            {
                // What is never closed begins where it must be mended.
                list.error(
                    Place(line: context.mark.line, column: context.mark.column),
                    "\(context.text) that begins here: the file ends before it is closed")
                return
            }
            if problem.contains("undefined alias") {
                list.error(
                    place,
                    "aliases (*) are not used in policies; quote a text that begins with *")
                return
            }
            // The parser's own limit lies beyond ours, and what it says is for its callers.
            if problem.contains("nesting level") {
                list.error(place, Self.tooDeep)
                return
            }
            let words = [context.map { "\($0.text) (line \($0.mark.line)):" }, problem].compactMap {
                $0
            }
            list.error(place, words.joined(separator: " ") + advice(at: place))
        case .duplicatedKeysInMapping(let names, let context):
            let first = Place(line: context.mark.line, column: context.mark.column)
            let name = brackets.restored(names.sorted().first ?? "")
            list.error(
                secondPlace(of: name, after: first),
                "the key “\(name)” stands twice in one mapping; the first is in line \(first.line)")
        default:
            list.error(.start, "the file cannot be read as YAML: \(error)")
        }
    }

    /// What usually lies behind a complaint of the parser's.
    private func advice(at place: Place) -> String {
        let index = source.index(of: place)
        guard index < source.scalars.count else { return "" }
        switch source.scalars[index] {
        case "\t": return "; indent with spaces, not tabs"
        case "%", "@", "`": return "; put the text in quotes"
        case "[", "]", "{", "}": return "; a text with brackets such as [ and { stands in quotes"
        default: return openQuote(before: index)
        }
    }

    /// A text in quotes that went on over several lines, and whose end in this line may have been
    /// the beginning of another one.
    private func openQuote(before index: Int) -> String {
        let text = source.scalars
        let start = text[..<index].lastIndex(of: "\n").map { $0 + 1 } ?? 0
        guard text[start..<index].count(where: { $0 == "\"" }) % 2 == 1 else { return "" }
        let lines = text[..<start].split(separator: "\n", omittingEmptySubsequences: false)
        guard let line = lines.lastIndex(where: { $0.count(where: { $0 == "\"" }) % 2 == 1 })
        else { return "" }
        return "; the quote in line \(line + 1) may not be closed"
    }

    /// Where a key stands again: in the same column below, or on in the same line.
    private func secondPlace(of name: String, after first: Place) -> Place {
        let text = source.scalars
        let key = Array(name.unicodeScalars)
        var index = source.index(of: first) + max(1, key.count)
        let isBlock =
            first.column == 1
            || text[..<source.index(of: first)].reversed()
                .prefix { $0 != "\n" }.allSatisfy { $0 == " " || $0 == "-" }
        while index + key.count <= text.count {
            defer { index += 1 }
            guard Array(text[index..<(index + key.count)]) == key else { continue }
            let place = source.place(of: index)
            let next = text[(index + key.count)...].first { $0 != " " && $0 != "\"" && $0 != "'" }
            guard next == ":" else { continue }
            if !isBlock || place.column == first.column { return place }
        }
        return first
    }
}
