/// Fields by name, as texts, and tables of further rows: the whole form, or one row of it.
public struct SheetRow: Hashable, Sendable {
    /// What stands in each field; several texts in a group of checkboxes.
    public var values: [String: [String]] = [:]
    /// The rows of each table, in their order.
    public var tables: [String: [SheetRow]] = [:]

    /// A row with these fields.
    public init(_ values: KeyValuePairs<String, String> = [:]) {
        for (name, value) in values { self[name] = value }
    }

    /// What stands in a field; empty when nothing does.
    public subscript(_ name: String) -> String {
        get { values[name]?.first ?? "" }
        set { values[name] = newValue.isEmpty ? nil : [newValue] }
    }

    /// All texts of a group of checkboxes, in their order.
    public subscript(all name: String) -> [String] {
        get { values[name] ?? [] }
        set { values[name] = newValue.isEmpty ? nil : newValue }
    }

    /// The rows of a table.
    public subscript(table name: String) -> [SheetRow] {
        get { tables[name] ?? [] }
        set { tables[name] = newValue.isEmpty ? nil : newValue }
    }

    /// Whether nothing stands in any field.
    public var isBlank: Bool { values.isEmpty && tables.isEmpty }
}

extension SheetRow {
    /// The fields as a form sends them: `name`, or `table.0.name` in a row.
    public var fields: [(name: String, value: String)] { fields(under: "") }

    private func fields(under prefix: String) -> [(name: String, value: String)] {
        let own = values.sorted { $0.key < $1.key }.flatMap { name, texts in
            texts.map { (name: prefix + name, value: $0) }
        }
        let rows = tables.sorted { $0.key < $1.key }.flatMap { table, rows in
            rows.enumerated().flatMap { place, row in
                row.fields(under: "\(prefix)\(table).\(place).")
            }
        }
        return own + rows
    }

    /// Reads the fields that a form has sent. Rows keep the order of their numbers, and numbers
    /// that are missing leave no gap: a form that somebody has made up costs no more than its bytes.
    public init(fields: [(name: String, value: String)]) {
        let split = fields.map { field in
            Sent(
                path: field.name.split(separator: ".", omittingEmptySubsequences: false)[...],
                value: field.value)
        }
        self.init(split)
    }

    /// A field that was sent, with the part of its name that is not read yet.
    private struct Sent {
        let path: ArraySlice<Substring>
        let value: String
    }

    private init(_ sent: [Sent]) {
        self.init()
        var rows: [String: [Int: [Sent]]] = [:]
        for field in sent {
            let path = field.path
            guard let name = path.first.map(String.init) else { continue }
            if path.count == 1 {
                if !field.value.isEmpty { values[name, default: []].append(field.value) }
            } else if path.count > 2, let place = Int(path[path.startIndex + 1]), place >= 0 {
                rows[name, default: [:]][place, default: []].append(
                    Sent(path: path.dropFirst(2), value: field.value))
            }
        }
        for (name, places) in rows {
            tables[name] = places.sorted { $0.key < $1.key }.map { SheetRow($0.value) }
        }
    }
}

/// A change of rows that a button of the form asks for.
public enum SheetChange: Hashable, Sendable {
    /// A new row at the end of a table.
    case add(table: String)
    /// The row is taken out.
    case remove(row: String)
    /// The row goes one place up.
    case raise(row: String)
    /// The row goes one place down.
    case lower(row: String)

    /// The button's value, such as `add rules` or `remove rules.2`.
    public var text: String {
        switch self {
        case .add(let table): "add \(table)"
        case .remove(let row): "remove \(row)"
        case .raise(let row): "raise \(row)"
        case .lower(let row): "lower \(row)"
        }
    }

    /// Reads a button's value; `nil` for anything else.
    public init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2 else { return nil }
        switch words[0] {
        case "add": self = .add(table: words[1])
        case "remove": self = .remove(row: words[1])
        case "raise": self = .raise(row: words[1])
        case "lower": self = .lower(row: words[1])
        default: return nil
        }
    }
}

extension SheetRow {
    /// Makes a change of rows; nothing happens when there is no such table or row.
    mutating func make(_ change: SheetChange, adding row: SheetRow) {
        switch change {
        case .add(let table):
            edit(table.split(separator: ".")[...]) { $0.append(row) }
        case .remove(let row): move(row) { rows, place in rows.remove(at: place) }
        case .raise(let row):
            move(row) { rows, place in if place > 0 { rows.swapAt(place, place - 1) } }
        case .lower(let row):
            move(row) { rows, place in
                if place < rows.count - 1 { rows.swapAt(place, place + 1) }
            }
        }
    }

    private mutating func move(_ row: String, _ change: (inout [SheetRow], Int) -> Void) {
        let path = row.split(separator: ".")
        guard let place = path.last.flatMap({ Int($0) }) else { return }
        edit(path.dropLast()) { rows in
            if rows.indices.contains(place) { change(&rows, place) }
        }
    }

    private mutating func edit(
        _ path: ArraySlice<Substring>, _ change: (inout [SheetRow]) -> Void
    ) {
        guard let table = path.first.map(String.init) else { return }
        if path.count == 1 { return change(&self[table: table]) }
        guard path.count > 2, let place = Int(path[path.startIndex + 1]),
            self[table: table].indices.contains(place)
        else { return }
        self[table: table][place].edit(path.dropFirst(2), change)
    }
}
