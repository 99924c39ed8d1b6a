import Fleet

/// Takes the long form of advisories apart: dnf 4's and yum's blocks below a ruled title, dnf 5's
/// between blank lines. Both are lists of `key : value` with `: value` for further lines; the keys
/// are translated, and so the order of the values counts where a key is not English.
struct DnfAdvisoryBlocks {
    private(set) var unparsed: [String] = []
    private var advisories: [ToolAdvisory] = []
    private var pairs: [Pair] = []
    private var title: String?
    private var form: Form?
    private var isInTitle = false

    /// `short` is tdnf's: a block for each file, without a line between.
    private enum Form { case ruled, plain, short }

    private struct Pair {
        var key: String
        var isIndented: Bool
        var values: [String]
        /// Where its colon stands: in characters, and in columns of the terminal.
        var places: Set<Int>
    }

    /// Whether the line belongs to a block.
    mutating func take(_ line: ToolLine) -> Bool {
        if Grammar.isRule(line.trimmed, of: "=") {
            if isInTitle {
                isInTitle = false
            } else {
                closeBlock()
                (isInTitle, form, title) = (true, .ruled, nil)
            }
            return true
        }
        if isInTitle {
            // A banner between rules has blank lines or several of text; a title has one.
            let isRow = line.words.contains { RpmName($0) != nil }
            guard title == nil, !line.isBlank, !isRow else {
                (isInTitle, form) = (false, nil)
                title = nil
                return false
            }
            title = line.trimmed
            return true
        }
        if Self.beginsShortBlock(line) {
            closeBlock()
            form = .short
        }
        if form == nil, Self.beginsPlainBlock(line) { form = .plain }
        guard let form else { return false }
        if line.isBlank {
            if form == .plain { closeBlock() }
            return true
        }
        if line.trimmed.hasPrefix("updateinfo "), line.trimmed.hasSuffix(" done") { return true }
        guard let pair = Self.pair(line), form != .short || pairs.last?.key != "Description",
            isAligned(pair)
        else {
            if form == .short, !pairs.isEmpty, !DnfLines.isFault(line.trimmed) {
                pairs[pairs.count - 1].values.append(line.trimmed)
            } else {
                unparsed.append(line.raw)
            }
            return true
        }
        if pair.key.isEmpty, !pairs.isEmpty {
            pairs[pairs.count - 1].values += pair.values
        } else {
            pairs.append(pair)
        }
        return true
    }

    /// The colons of a block stand below each other: a line that has its own elsewhere is something
    /// that was said meanwhile.
    private func isAligned(_ pair: Pair) -> Bool {
        guard form != .short, !pair.key.isEmpty, let first = pairs.first else { return true }
        // Shortened by hand they need not; but what was said meanwhile begins its line.
        return pair.isIndented || !first.isIndented || !first.places.isDisjoint(with: pair.places)
    }

    /// The advisories of all blocks.
    mutating func finished() -> [ToolAdvisory] {
        closeBlock()
        return advisories
    }

    /// `Name        : FEDORA-…`: the key is filled up with blanks, which no message's is.
    private static func beginsPlainBlock(_ line: ToolLine) -> Bool {
        guard !line.isIndented, let pair = pair(line), let value = pair.values.first,
            let colon = line.text.firstRange(of: " : ")
        else { return false }
        return line.text[..<colon.lowerBound].hasSuffix("  ") && !value.contains(" ")
            && value.contains("-") && value.utf8.contains(where: Grammar.isDigit)
    }

    /// `       Name : bash-5.1-6.x86_64.rpm`
    private static func beginsShortBlock(_ line: ToolLine) -> Bool {
        guard line.isIndented, let pair = pair(line), pair.key == "Name" else { return false }
        return pair.values.first?.hasSuffix(".rpm") == true
    }

    /// `key: value`, `key : value`, or `: value`.
    private static func pair(_ line: ToolLine) -> Pair? {
        guard let colon = line.text.firstIndex(of: ":") else { return nil }
        let rest = line.text[line.text.index(after: colon)...]
        guard rest.isEmpty || rest.first == " " else { return nil }
        return Pair(
            key: TextLines.trimmed(line.text[..<colon]), isIndented: line.isIndented,
            values: [TextLines.trimmed(rest)],
            places: [line.text[..<colon].count, DisplayWidth.of(line.text[..<colon])])
    }

    private mutating func closeBlock() {
        defer { pairs = [] }
        guard let form, let first = pairs.first, let id = first.values.first else { return }
        if form == .short {
            guard let advisory = short(id) else {
                return unparsed.append("\(first.key): \(id)")
            }
            return advisories.append(advisory)
        }
        guard !id.isEmpty, !id.contains(" ") else {
            return unparsed.append("\(first.key): \(id)")
        }
        advisories.append(form == .ruled ? ruled(id) : plain(id))
    }

    private func ruled(_ id: String) -> ToolAdvisory {
        var advisory = ToolAdvisory(id: id)
        advisory.title = title
        advisory.kind = (pairs.first { $0.key == "Type" } ?? pairs.dropFirst().first)?.values.first
        advisory.status = pairs.first { $0.key == "Status" }?.values.first
        advisory.issued =
            pairs.first { pair in
                pair.values.first?.split(separator: " ").first.map(Grammar.isDate) ?? false
            }?.values.first
        for pair in pairs.dropFirst() where pair.values.allSatisfy(Grammar.isCVE) {
            advisory.vulnerabilities += pair.values
        }
        // dnf 4 lists the files with `-v`.
        let files = pairs.dropFirst().filter { $0.values.allSatisfy { $0.hasSuffix(".rpm") } }
        advisory.packages = files.flatMap(\.values).compactMap { RpmName(file: $0)?.package }
        // The rating stands below the description, as one word of the publisher's.
        advisory.severity = pairs.dropFirst(3).last { pair in
            pair.values.count == 1 && Self.isRating(pair.values[0])
        }.flatMap { Severity(vendorWord: $0.values[0]) }
        return advisory
    }

    private func short(_ file: String) -> ToolAdvisory? {
        func value(_ key: String) -> String? { pairs.first { $0.key == key }?.values.first }
        guard let id = value("Update ID"), !id.isEmpty, !id.contains(" "),
            let package = RpmName(file: file)
        else { return nil }
        var advisory = ToolAdvisory(id: id)
        advisory.kind = value("Type")?.lowercased()
        advisory.issued = value("Updated")
        advisory.needsRestart = value("Needs Reboot").map { $0 != "0" }
        advisory.packages = [package.package]
        for text in pairs.first(where: { $0.key == "Description" })?.values ?? [] {
            let words = text.split { !($0.isLetter || $0.isNumber || $0 == "-") }
            for word in words where Grammar.isCVE(word) {
                if !advisory.vulnerabilities.contains(String(word)) {
                    advisory.vulnerabilities.append(String(word))
                }
            }
        }
        return advisory
    }

    private static func isRating(_ text: String) -> Bool {
        !text.isEmpty && Severity(vendorWord: text) != nil
    }

    private func plain(_ id: String) -> ToolAdvisory {
        var advisory = ToolAdvisory(id: id)
        let own = pairs.filter { !$0.isIndented }
        func value(_ key: String, else place: Int) -> String? {
            let pair = own.first { $0.key == key } ?? own.dropFirst(place).first
            return pair?.values.joined(separator: " ")
        }
        advisory.title = value("Title", else: 1)
        advisory.severity = value("Severity", else: 2).flatMap { Severity(vendorWord: $0) }
        advisory.kind = value("Type", else: 3)
        advisory.status = value("Status", else: 4)
        advisory.issued = value("Issued", else: 6)
        for pair in pairs where pair.isIndented {
            for value in pair.values {
                if Grammar.isCVE(value), !advisory.vulnerabilities.contains(value),
                    pair.key != "Title"
                {
                    advisory.vulnerabilities.append(value)
                } else if let package = RpmName(value) {
                    advisory.packages.append(package.package)
                }
            }
        }
        return advisory
    }
}
