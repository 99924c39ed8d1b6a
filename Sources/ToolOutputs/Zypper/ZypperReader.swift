import Fleet
import Markup

/// Reads `zypper --xmlout list-updates` and `list-patches`: packages become updates, patches
/// become advisories.
///
/// Messages of errors are shown, since the list beside them is not whole; other messages,
/// progress and prompts are passed over. Output that holds no list is no empty list.
struct ZypperReader {
    private(set) var reading: ToolReading
    private var open: Item?
    private var text = ""
    private var path: [String] = []
    private var messageKind = ""
    private var holdsList = false
    private var places: [String: Int] = [:]

    private struct Item {
        var kind: String
        var element: MarkupElement
        var isBlocked: Bool
        var summary: String?
        var alias: String?
        var issued: String?
        var vulnerabilities: [String] = []
    }

    init(_ bytes: [UInt8], of tool: ToolOutput) {
        reading = ToolReading(tool)
        let lines = TextLines.strings(bytes)
        let start = lines.firstIndex { $0.contains("<?xml") || $0.contains("<stream") }
        guard let start else {
            let words = lines.filter { !TextLines.trimmed($0).isEmpty }
            // Silence is no empty list: with nothing to update, zypper still prints a document.
            reading.unparsed = words.isEmpty ? [""] : words
            return
        }
        // What stands in front is what zypper says before it knows that it is to speak XML.
        for line in lines[..<start] where !Self.known.contains(TextLines.trimmed(line)) {
            reading.unparsed.append(line)
        }
        // What stands behind is what it says when it has done.
        let end = lines[start...].lastIndex { $0.contains("</stream>") } ?? lines.endIndex - 1
        for line in lines[(end + 1)...] where !Self.known.contains(TextLines.trimmed(line)) {
            reading.unparsed.append(line)
        }
        read(lines[start...end])
    }

    private mutating func read(_ lines: ArraySlice<String>) {
        let document = lines.joined(separator: "\n")
        do {
            try MarkupReader.read(Array(document.utf8)) { take($0) }
        } catch {
            let place = (error as? MarkupError)?.position.line ?? 1
            let unread = lines.dropFirst(place - 1).filter { !TextLines.trimmed($0).isEmpty }
            reading.unparsed += unread.isEmpty ? ["\(error)"] : unread
            return
        }
        if !holdsList, reading.unparsed.isEmpty {
            reading.unparsed = lines.filter { !TextLines.trimmed($0).isEmpty }
        }
    }

    private static let known = KnownLines(beginnings: [
        "Loading repository data", "Reading installed packages", "Refreshing service",
        "Repository '", "Retrieving ", "Building repository", "Warning:",
    ])

    private mutating func take(_ event: MarkupEvent) {
        switch event {
        case .start(let element):
            path.append(element.name)
            text = ""
            begin(element)
        case .text(let more): text += more
        case .end(let name):
            path.removeLast()
            end(name)
            text = ""
        }
    }

    private mutating func begin(_ element: MarkupElement) {
        switch element.name {
        case "update-status", "update-list", "blocked-update-list", "list-patches-byissue":
            holdsList = true
        case "message": messageKind = element["type"] ?? ""
        case "update":
            open = Item(
                kind: element["kind"] ?? "package", element: element,
                isBlocked: path.contains("blocked-update-list"))
        case "source": open?.alias = element["alias"]
        case "issue-date": open?.issued = element["text"]
        case "issue":
            let id = element["id"] ?? ""
            if Grammar.isCVE(id), open?.vulnerabilities.contains(id) == false {
                open?.vulnerabilities.append(id)
            }
        default: break
        }
    }

    private mutating func end(_ name: String) {
        switch name {
        case "message" where messageKind == "error":
            reading.unparsed += text.split(separator: "\n").map { TextLines.trimmed($0) }
                .filter { !$0.isEmpty }
        case "summary": open?.summary = TextLines.trimmed(text)
        case "update":
            guard let item = open else { return }
            open = nil
            item.kind == "patch" ? addAdvisory(item) : addUpdate(item)
        default: break
        }
    }

    private mutating func addUpdate(_ item: Item) {
        guard let name = item.element["name"], PackageName(name, of: .zypper) != nil,
            let candidate = item.element["edition"], Self.isEdition(candidate)
        else { return show(item) }
        var update = ToolUpdate(
            name: name, architecture: item.element["arch"] ?? "",
            installed: item.element["edition-old"] ?? "", candidate: candidate,
            origin: item.alias, displayName: item.summary)
        if item.isBlocked { update.isHeld = true }
        if item.kind != "package" { update.details = ["kind": item.kind] }
        reading.updates.append(update)
    }

    private static func isEdition(_ text: String) -> Bool {
        Grammar.consists(text, of: "._+~^:-")
    }

    private mutating func addAdvisory(_ item: Item) {
        let element = item.element
        guard let id = element["name"], Grammar.consists(id, of: "._+-:~/") else {
            return show(item)
        }
        if let place = places[id] {
            // Listed once more under another issue.
            let known = reading.advisories[place].vulnerabilities
            reading.advisories[place].vulnerabilities += item.vulnerabilities.filter {
                !known.contains($0)
            }
            return
        }
        var advisory = ToolAdvisory(id: id)
        advisory.title = item.summary
        advisory.kind = element["category"]
        advisory.severity = element["severity"].flatMap { Severity(vendorWord: $0) }
        advisory.status = element["status"]
        advisory.issued = item.issued
        advisory.vulnerabilities = item.vulnerabilities
        advisory.needsRestart = element["restart"].map { $0 == "true" }
        advisory.isInteractive = element["interactive"].map { $0 != "false" }
        advisory.isInstalled = element["status"].map { $0 == "applied" }
        advisory.origin = item.alias
        places[id] = reading.advisories.count
        reading.advisories.append(advisory)
    }

    private mutating func show(_ item: Item) {
        let attributes = item.element.attributes.map { "\($0.name)=\"\($0.value)\"" }
        reading.unparsed.append("<update \(attributes.joined(separator: " "))>")
    }
}
