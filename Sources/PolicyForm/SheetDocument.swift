import Calendar
import Policy
import PolicyDocument

/// A sheet as a policy document, with one field a line: so that each remark about the text is one
/// about a field.
public struct SheetDocument: Hashable, Sendable {
    /// The text.
    public private(set) var text = ""
    /// The name of the field in each line.
    private var fields: [String] = []
    private var isItem = false

    /// The field that a line of the text comes from, `rules` for a table and `rules.0` for a row;
    /// `nil` for what no field says.
    public func field(ofLine line: Int) -> String? {
        guard fields.indices.contains(line - 1), !fields[line - 1].isEmpty else { return nil }
        return fields[line - 1]
    }

    fileprivate mutating func line(_ depth: Int, _ words: String, of field: String) {
        var indent = String(repeating: "  ", count: depth)
        if isItem { indent = indent.dropLast(2) + "- " }
        isItem = false
        text += indent + words + "\n"
        fields.append(field)
    }

    /// The next line begins an element of a list.
    fileprivate mutating func item() { isItem = true }

    /// A key that holds what comes in deeper lines.
    fileprivate mutating func open(_ depth: Int, _ key: String, of field: String) {
        line(depth, "\(key):", of: field)
    }

    /// A key with a text. Always in quotes, so that nothing that is typed means anything else.
    fileprivate mutating func put(_ depth: Int, _ key: String, _ text: String, of field: String) {
        line(depth, "\(key): \(YAMLText.quoted(text))", of: field)
    }

    /// A key with a text, unless it is empty.
    fileprivate mutating func putAny(
        _ depth: Int, _ key: String, _ text: String, of field: String
    ) {
        if !text.isEmpty { put(depth, key, text, of: field) }
    }

    /// A key with a list of texts.
    fileprivate mutating func putList(
        _ depth: Int, _ key: String, _ texts: [String], of field: String
    ) {
        line(depth, "\(key): \(YAMLText.list(texts.map(YAMLText.quoted)))", of: field)
    }
}

extension PolicySheet {
    /// The fields as a policy document. What is mandatory is written also when it is empty, so that
    /// reading says that it is missing.
    public var document: SheetDocument {
        var document = SheetDocument()
        document.put(0, "patchbay", PatchPolicy.documentVersion, of: "")
        document.put(0, "name", root.word("name"), of: "name")
        document.putAny(0, "title", root["title"], of: "title")
        document.put(0, "applies", root.word("applies"), of: "applies")
        document.putAny(0, "inherits", root.word("inherits"), of: "inherits")
        writeLanes(to: &document)
        rows("rules", to: &document) { row, path, document in
            document.put(2, "when", row.word("when"), of: "\(path).when")
            document.putAny(2, "version", row.word("version"), of: "\(path).version")
            Self.writeTreatment(row, path, 2, to: &document)
        }
        document.open(0, "default", of: "default.0")
        let otherwise = root[table: "default"].first ?? SheetRow()
        Self.writeTreatment(otherwise, "default.0", 1, to: &document)
        writeWindows(to: &document)
        rows("freezes", to: &document) { row, path, document in
            document.put(2, "from", row.word("from"), of: "\(path).from")
            document.put(2, "to", row.word("to"), of: "\(path).to")
            document.put(2, "reason", row["reason"], of: "\(path).reason")
            document.putAny(2, "zone", row.word("zone"), of: "\(path).zone")
        }
        document.putAny(0, "catchUp", root.word("catchUp"), of: "catchUp")
        writeRings(to: &document)
        writeServices(to: &document)
        writeSurroundings(to: &document)
        if !root[all: "sla"].isEmpty { document.putList(0, "sla", root[all: "sla"], of: "sla") }
        document.putAny(
            0, "longestException", root.word("longestException"), of: "longestException")
        rows("exceptions", to: &document, Self.writeException)
        return document
    }

    private func rows(
        _ table: String, to document: inout SheetDocument,
        _ write: (SheetRow, String, inout SheetDocument) -> Void
    ) {
        let rows = root[table: table]
        guard !rows.isEmpty else { return }
        document.open(0, table, of: table)
        for (place, row) in rows.enumerated() {
            document.item()
            write(row, "\(table).\(place)", &document)
        }
    }

    private func writeLanes(to document: inout SheetDocument) {
        document.open(0, "lanes", of: "lanes")
        for lane in Lane.allCases {
            let name = lane.rawValue
            let windows = root.words("\(name)-windows")
            let rings = root.word("\(name)-rings")
            guard lane == .routine || !windows.isEmpty || !rings.isEmpty else { continue }
            document.open(1, name, of: "\(name)-windows")
            document.putList(2, "windows", windows, of: "\(name)-windows")
            document.putAny(2, "rings", rings, of: "\(name)-rings")
        }
    }

    private static func writeTreatment(
        _ row: SheetRow, _ path: String, _ depth: Int, to document: inout SheetDocument
    ) {
        let say = row.word("approve")
        let field = "\(path).approve"
        switch Say(rawValue: say) {
        case .atOnce: document.put(depth, "approve", "at once", of: field)
        case .afterDays:
            let days = row.word("days")
            document.put(
                depth, "approve", "after \(days.isEmpty ? "?" : days) days", of: "\(path).days")
        case .byVerdict:
            let days = row.word("days")
            document.put(
                depth, "approve", days.isEmpty ? "verdict ok" : "verdict ok or after \(days) days",
                of: days.isEmpty ? field : "\(path).days")
        case .byHand: document.put(depth, "approve", "by hand", of: field)
        case .prepareOnly: document.put(depth, "approve", "prepare only", of: field)
        case .declined: document.put(depth, "approve", "declined", of: field)
        case .hold: document.put(depth, "hold", row["reason"], of: "\(path).reason")
        case nil: document.put(depth, "approve", say, of: field)
        }
        let lane = row.word("lane")
        if lane != Lane.routine.rawValue {
            document.putAny(depth, "lane", lane, of: "\(path).lane")
        }
        let approvers = row.word("approvers")
        if approvers != "1" {
            document.putAny(depth, "approvers", approvers, of: "\(path).approvers")
        }
    }

    private func writeWindows(to document: inout SheetDocument) {
        let windows = root[table: "windows"]
        guard !windows.isEmpty else { return }
        document.open(0, "windows", of: "windows")
        for (place, row) in windows.enumerated() {
            let path = "windows.\(place)"
            document.open(1, YAMLText.quoted(row.word("name")), of: "\(path).name")
            document.put(2, "every", Self.recurrence(row), of: "\(path).every")
            document.put(2, "from", row.word("from"), of: "\(path).from")
            document.put(2, "for", row.word("for"), of: "\(path).for")
            document.putAny(2, "zone", row.word("zone"), of: "\(path).zone")
            // Everything is what is not said; of what counts from a release that is less.
            let allows = row[all: "allows"]
            let isEverything =
                Every(rawValue: row["every"]) == .release
                && allows.count == WindowKind.allCases.count
            if !isEverything { document.putList(2, "allows", allows, of: "\(path).allows") }
            document.putAny(2, "staffed", row.word("staffed"), of: "\(path).staffed")
        }
    }

    /// The words after `every:`. A number that is missing becomes a question mark, since without it
    /// the words would mean something else.
    private static func recurrence(_ row: SheetRow) -> String {
        switch Every(rawValue: row["every"]) {
        case .day: return "day"
        case .weekdays: return row[all: "weekdays"].joined(separator: ", ")
        case .nth:
            let plus = row.word("plus")
            let base = "\(row.word("ordinal")) \(row.word("weekday"))"
            return plus.isEmpty ? base : "\(base) + \(plus) days"
        case .monthDay:
            let day = row.word("monthDay")
            return "day \(day.isEmpty ? "?" : day)"
        case .lastDay: return "last day"
        case .date: return row.word("date")
        case .release:
            let days = row.word("releaseDays")
            return "\(days.isEmpty ? "?" : days) \(days == "1" ? "day" : "days") after release"
        case nil: return row.word("every")
        }
    }

    private func writeRings(to document: inout SheetDocument) {
        let lists = root[table: "rings"]
        guard !lists.isEmpty else { return }
        document.open(0, "rings", of: "rings")
        for (place, list) in lists.enumerated() {
            let path = "rings.\(place)"
            let rings = list[table: "rings"]
            let key = YAMLText.quoted(list.word("name"))
            guard !rings.isEmpty else {
                document.line(1, "\(key): []", of: "\(path).name")
                continue
            }
            document.open(1, key, of: "\(path).name")
            for (number, ring) in rings.enumerated() {
                document.item()
                Self.writeRing(ring, "\(path).rings.\(number)", to: &document)
            }
        }
    }

    private static func writeRing(
        _ row: SheetRow, _ path: String, to document: inout SheetDocument
    ) {
        document.put(3, "name", row.word("name"), of: "\(path).name")
        document.put(3, "members", row.word("members"), of: "\(path).members")
        document.putAny(3, "soak", row.word("soak"), of: "\(path).soak")
        let gate = ["verified", "healthy", "minimum"].map(row.word)
        if gate.contains(where: { !$0.isEmpty }) {
            document.open(3, "gate", of: "\(path).verified")
            document.put(4, "verified", gate[0], of: "\(path).verified")
            document.putAny(4, "healthy", gate[1], of: "\(path).healthy")
            document.putAny(4, "minimum", gate[2], of: "\(path).minimum")
        }
        let budget = row.word("budget")
        let isPerSite = row["per"] == DisruptionBudget.Scope.site.rawValue
        document.putAny(
            3, "budget", budget.isEmpty || !isPerSite ? budget : "\(budget) per site",
            of: "\(path).budget")
    }

    private func writeServices(to document: inout SheetDocument) {
        let restart = root.word("services-restart")
        let never = Self.patterns(in: root["services-never"])
        let within = root.word("services-within")
        if !restart.isEmpty || !never.isEmpty || !within.isEmpty {
            document.open(0, "services", of: "services-restart")
            document.put(1, "restart", restart, of: "services-restart")
            if !never.isEmpty { document.putList(1, "never", never, of: "services-never") }
            document.putAny(1, "within", within, of: "services-within")
        }
        document.putAny(0, "bandwidth", root.word("bandwidth"), of: "bandwidth")
    }

    private func writeSurroundings(to document: inout SheetDocument) {
        let reboot = ["deadline", "deferrals", "warning"].map { ($0, root.word("reboot-\($0)")) }
        let mode = root.word("reboot-mode")
        if !mode.isEmpty || reboot.contains(where: { !$0.1.isEmpty }) {
            document.open(0, "reboot", of: "reboot-mode")
            document.put(1, "mode", mode, of: "reboot-mode")
            for (key, text) in reboot { document.putAny(1, key, text, of: "reboot-\(key)") }
        }
        let before = [
            "snapshot", "backupAge", "passed", "passedFor", "power", "people", "network", "load",
            "freeDisk", "evidence",
        ].map { ($0, root.word("before-\($0)")) }
        let stack = Self.patterns(in: root["before-stack"])
        if !stack.isEmpty || before.contains(where: { !$0.1.isEmpty }) {
            document.open(0, "before", of: "before-snapshot")
            for (key, text) in before { document.putAny(1, key, text, of: "before-\(key)") }
            if !stack.isEmpty { document.putList(1, "stack", stack, of: "before-stack") }
        }
        let probes = root[table: "probes"]
        let within = root.word("after-within")
        guard !probes.isEmpty || !within.isEmpty else { return }
        document.open(0, "after", of: "probes")
        if probes.isEmpty {
            document.putList(1, "probes", [], of: "probes")
        } else {
            document.open(1, "probes", of: "probes")
        }
        for (place, row) in probes.enumerated() {
            Self.writeProbe(row, "probes.\(place)", to: &document)
        }
        document.putAny(1, "within", within, of: "after-within")
    }

    private static func writeProbe(
        _ row: SheetRow, _ path: String, to document: inout SheetDocument
    ) {
        document.item()
        let kind = row.word("kind")
        let isMeasure = measureKinds.contains(kind)
        let fields = [
            ("value", kind == "crashes" ? "program" : "unit"), ("text", "text"),
            ("atMost", "atMost"), ("times", kind == "bootTime" ? "slower" : "times"),
            ("over", "over"),
        ].filter { isMeasure || $0.0 != "value" }
        if !isMeasure {
            document.put(
                3, probeKinds.contains(kind) ? kind : YAMLText.quoted(kind), row["value"],
                of: "\(path).value")
        } else if fields.allSatisfy({ row[$0.0].isEmpty }) {
            document.line(3, "\(kind): {}", of: "\(path).kind")
        } else {
            document.open(3, kind, of: "\(path).kind")
        }
        // What a kind has no use for is written all the same, so that reading says so.
        for (field, key) in fields {
            document.putAny(
                isMeasure ? 4 : 3, key, field == "text" ? row[field] : row.word(field),
                of: "\(path).\(field)")
        }
    }

    private static func writeException(
        _ row: SheetRow, _ path: String, to document: inout SheetDocument
    ) {
        // Where nothing names what it is about, the remark stands beside the name.
        document.put(2, "name", row.word("name"), of: "\(path).name")
        document.putAny(2, "package", row["package"], of: "\(path).package")
        document.putAny(2, "version", row.word("version"), of: "\(path).version")
        let cves = row.words("cves")
        if !cves.isEmpty { document.putList(2, "cves", cves, of: "\(path).cves") }
        document.putAny(2, "endpoints", row.word("endpoints"), of: "\(path).endpoints")
        for key in ["owner", "reason", "control", "approver"] {
            document.put(2, key, row[key], of: "\(path).\(key)")
        }
        document.put(2, "from", row.word("from"), of: "\(path).from")
        document.put(2, "until", row.word("until"), of: "\(path).until")
    }
}

extension SheetRow {
    /// A text without blanks around it, for what is no prose.
    fileprivate func word(_ name: String) -> String {
        let scalars = self[name].unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// Texts with commas or blanks between them.
    fileprivate func words(_ name: String) -> [String] {
        self[name].split { $0 == "," || $0.isWhitespace }.map(String.init)
    }
}
