import Fleet

/// Reads `dnf updateinfo` and `dnf5 advisory`: the lists row by row, the long form block by block.
///
/// The rows of dnf 4 and yum are `id severity/Sec. package`, those of dnf 5 `id kind severity
/// package date time`; the package in one word is what they have in common. An advisory with
/// several packages has several rows and is one advisory here.
struct DnfAdvisoryReader {
    private(set) var reading = ToolReading(.dnfUpdateinfo)
    private var places: [String: Int] = [:]

    init(_ bytes: [UInt8]) {
        let documents = ToolDocuments(bytes)
        guard !read(documents) else { return }
        var blocks = DnfAdvisoryBlocks()
        let lines = documents.others
        let loading = DnfLines.loading(lines)
        for (index, line) in lines.enumerated() where !loading.contains(index) {
            if blocks.take(line) { continue }
            if line.isBlank { continue }
            let next = index + 1 < lines.count ? lines[index + 1] : nil
            if let row = Row(line.words) {
                add(row)
            } else if DnfLines.isFault(line.trimmed) {
                reading.unparsed.append(line.raw)
            } else if !readSummary(line, before: next), !isHeader(line), !DnfLines.isKnown(line) {
                reading.unparsed.append(line.raw)
            }
        }
        for advisory in blocks.finished() { merge(advisory) }
        reading.unparsed += blocks.unparsed
    }

    private mutating func add(_ row: Row) {
        var advisory = ToolAdvisory(id: row.id)
        advisory.kind = row.kind
        advisory.severity = row.severity
        advisory.issued = row.issued
        advisory.packages = [row.package.package]
        advisory.isInstalled = row.isInstalled
        if Grammar.isCVE(row.id) { advisory.vulnerabilities = [row.id] }
        merge(advisory)
    }

    private mutating func merge(_ advisory: ToolAdvisory) {
        guard let place = places[advisory.id] else {
            places[advisory.id] = reading.advisories.count
            return reading.advisories.append(advisory)
        }
        let known = reading.advisories[place]
        reading.advisories[place].packages += advisory.packages.filter {
            !known.packages.contains($0)
        }
        reading.advisories[place].vulnerabilities += advisory.vulnerabilities.filter {
            !known.vulnerabilities.contains($0)
        }
        // One of its packages is not installed yet: then it is not.
        if advisory.isInstalled != known.isInstalled {
            reading.advisories[place].isInstalled = false
        }
        reading.advisories[place].severity = known.severity ?? advisory.severity
    }

    /// The heading of dnf 5's table: at least four words, none of them with a digit, and the last
    /// five columns' names in any language.
    private func isHeader(_ line: ToolLine) -> Bool {
        let words = line.words
        return !line.isIndented && (4...8).contains(words.count)
            && reading.advisories.isEmpty
            && !line.trimmed.utf8.contains { Grammar.isDigit($0) || ".:!?".utf8.contains($0) }
            && line.text.contains("  ")
    }

    /// The counts of `updateinfo summary`: `    72 Security notice(s)`, `Security    : 72`, below a
    /// heading in any language that ends in what was counted.
    private mutating func readSummary(_ line: ToolLine, before next: ToolLine?) -> Bool {
        let words = line.words
        if Self.isCount(line) {
            setField(words.dropFirst().joined(separator: " "), words[0])
            return true
        }
        let parts = line.trimmed.split(omittingEmptySubsequences: false) { ":：".contains($0) }
        guard parts.count == 2 else { return false }
        let count = TextLines.trimmed(parts[1])
        let name = TextLines.trimmed(parts[0])
        if Grammar.isNumber(count), parts[0].hasSuffix(" ") {
            let key = line.isIndented ? "Security, \(name)" : name
            setField(key, count)
            return true
        }
        let isAbove = next.map(Self.isCount) == true && !line.isIndented
        return (name.contains("ummary") || isAbove) && (count.isEmpty || !count.contains(" "))
    }

    private static func isCount(_ line: ToolLine) -> Bool {
        let words = line.words
        return words.count >= 2 && Grammar.isNumber(words[0])
            && (line.isIndented || line.trimmed.hasSuffix("notice(s)"))
    }

    private mutating func setField(_ name: String, _ value: String) {
        if reading.fields == nil { reading.fields = [:] }
        reading.fields?[name] = value
    }

    /// One row of a list.
    private struct Row {
        var id: String
        var kind: String?
        var severity: Severity?
        var issued: String?
        var package: RpmName
        var isInstalled: Bool?

        init?(_ words: [String]) {
            var words = words[...]
            if words.first == "i" {
                isInstalled = true
                words = words.dropFirst()
            }
            guard let first = words.first, Self.isIdentifier(first),
                let place = words.lastIndex(where: { RpmName(file: $0) != nil }),
                place > words.startIndex,
                let package = RpmName(file: words[place])
            else { return nil }
            (id, self.package) = (first, package)
            let label = words[(words.startIndex + 1)..<place]
            let rest = words[(place + 1)...]
            if let date = rest.first {
                guard Grammar.isDate(date), label.count <= 2, let kind = label.first else {
                    return nil
                }
                // In a narrow window dnf 5 cuts these two columns, and no other.
                self.kind = Self.whole(kind, among: Self.kinds)
                severity =
                    label.count == 2
                    ? Severity(
                        vendorWord: Self.whole(label[label.startIndex + 1], among: Self.ratings))
                    : nil
                issued = rest.joined(separator: " ")
            } else {
                guard (1...4).contains(label.count) else { return nil }
                read(label: label.joined(separator: " "))
            }
        }

        private static let kinds = ["security", "bugfix", "enhancement", "newpackage"]
        private static let ratings = ["Critical", "Important", "Moderate", "Low", "None"]

        /// The word that begins so; the text itself where none does.
        private static func whole(_ text: String, among words: [String]) -> String {
            let head = text.prefix { $0 != "…" }
            return head.count < 3 ? text : words.first { $0.hasPrefix(head) } ?? text
        }

        /// `Important/Sec.`, `bugfix`, `enhancement`; in other languages the word is kept.
        private mutating func read(label: String) {
            guard label.contains("/") else {
                // tdnf begins them with a capital letter.
                kind = Self.kinds.first { $0 == label.lowercased() } ?? label
                return
            }
            kind = "security"
            severity = DnfRatings.severity(label)
        }

        /// `RHSA-2024:1234`, `FEDORA-2026-0123456789`, a CVE, or a number in a bug tracker.
        private static func isIdentifier(_ text: String) -> Bool {
            guard let first = text.utf8.first, Grammar.isAlphanumeric(first) else { return false }
            return Grammar.consists(text, of: "-_.:/") && text.utf8.contains(where: Grammar.isDigit)
                && text.utf8.count <= 100 && !Grammar.isCut(text)
        }
    }
}

// The JSON of dnf 5 and tdnf.
extension DnfAdvisoryReader {
    private mutating func read(_ documents: ToolDocuments) -> Bool {
        guard !documents.values.isEmpty else { return false }
        for line in documents.others
        where DnfLines.isFault(line.trimmed) || !DnfLines.isKnown(line) {
            reading.unparsed.append(line.raw)
        }
        for record in documents.values.flatMap(\.elements) {
            if readCounts(record) { continue }
            guard let advisory = Self.advisory(record) else {
                reading.unparsed.append(record.line)
                continue
            }
            merge(advisory)
        }
        return true
    }

    /// tdnf's summary: `{"Security": 12, "Bugfix": 1}`.
    private mutating func readCounts(_ record: ToolJSON) -> Bool {
        guard case .object(let members) = record, !members.isEmpty else { return false }
        let counts = members.compactMapValues { value -> String? in
            if case .number = value { return value.text }
            return nil
        }
        guard counts.count == members.count else { return false }
        for (name, count) in counts { setField(name, count) }
        return true
    }

    private static func advisory(_ record: ToolJSON) -> ToolAdvisory? {
        let name =
            record["name"] ?? record["Name"] ?? record["advisory_name"] ?? record["UpdateID"]
        guard let id = name?.text, !id.isEmpty else { return nil }
        var advisory = ToolAdvisory(id: id)
        advisory.title = record["Title"]?.text
        advisory.kind =
            (record["type"] ?? record["Type"] ?? record["advisory_type"])?.text?.lowercased()
        // dnf 5.4 writes the kind where `advisory_severity` should stand; `Severity` knows no
        // such word.
        let severity = record["severity"] ?? record["Severity"] ?? record["advisory_severity"]
        advisory.severity = severity?.text.flatMap { Severity(vendorWord: $0) }
        let issued = record["buildtime"] ?? record["Issued"] ?? record["advisory_buildtime"]
        advisory.issued = issued?.integer.flatMap(Grammar.instant) ?? record["Updated"]?.text
        advisory.status = record["Status"]?.text
        advisory.needsRestart = record["NeedsReboot"]?.bool
        let packages =
            record["nevra"].map { [$0] }
            ?? (record["collections"]?["packages"] ?? record["Packages"])?.elements ?? []
        for package in packages {
            guard let package = package.text.flatMap({ RpmName(file: $0) }) else { return nil }
            advisory.packages.append(package.package)
        }
        for reference in record["references"]?.elements ?? [] {
            let id = (reference["Id"] ?? reference["reference_id"])?.text ?? ""
            if Grammar.isCVE(id), !advisory.vulnerabilities.contains(id) {
                advisory.vulnerabilities.append(id)
            }
        }
        return advisory
    }
}
