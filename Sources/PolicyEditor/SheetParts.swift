import Administration
import HTMLTree
import PageParts
import PolicyForm

/// Draws the fields of a sheet, each with its label, and beside it what is to be said about it.
struct SheetParts {
    let sheet: PolicySheet
    /// The page that the form is sent to.
    let place: Place
    /// What is to be said, by the name of the field.
    let remarks: [String: [PolicyRemark]]

    // MARK: Single fields

    /// A field of one line; of several where the text has them, since a line cannot keep them.
    func text(
        _ path: String, in row: SheetRow, _ hint: String? = nil, size: FieldSize = .usual,
        list: String? = nil
    ) -> HTML {
        let value = row[name(path)]
        return framed(path, hint, size) {
            if value.contains("\n") {
                textarea(
                    .id(path), .name(path), .rows(3), .ariaInvalid(isWrong(path)),
                    .ariaDescribedBy(described(path, hint))
                ) {
                    // Readers of HTML leave out a line end that comes first.
                    (value.hasPrefix("\n") ? "\n" : "") + value
                }
            } else {
                input(
                    .type("text"), .id(path), .name(path), .value(value), .autocomplete("off"),
                    .spellcheck("false"), .list(list), .ariaInvalid(isWrong(path)),
                    .ariaDescribedBy(described(path, hint)))
            }
        }
    }

    /// A field for a date or a time of day, which browsers help with.
    func clock(_ path: String, in row: SheetRow, isDate: Bool, size: FieldSize = .usual) -> HTML {
        framed(path, nil, size) {
            input(
                isDate ? .type("date") : .type("time"), .id(path), .name(path),
                .value(row[name(path)]), .ariaInvalid(isWrong(path)),
                .ariaDescribedBy(described(path, nil)))
        }
    }

    /// A choice among values. What is chosen stays, also when it is not among them.
    func choice(
        _ path: String, in row: SheetRow, _ options: [(value: String, words: String)],
        _ hint: String? = nil, size: FieldSize = .usual
    ) -> HTML {
        let chosen = row[name(path)]
        let isKnown = options.contains { $0.value == chosen }
        return framed(path, hint, size) {
            select(
                .id(path), .name(path), .ariaInvalid(isWrong(path)),
                .ariaDescribedBy(described(path, hint))
            ) {
                for each in options {
                    option(.value(each.value), .selected(each.value == chosen)) { each.words }
                }
                if !isKnown, !chosen.isEmpty {
                    option(.value(chosen), .selected(true)) { chosen }
                }
            }
        }
    }

    /// Checkboxes side by side: first those that are on, in their order, where the order counts.
    func checks(
        _ path: String, in row: SheetRow, _ options: [(value: String, words: String)],
        keepsOrder: Bool = false, size: FieldSize = .wide
    ) -> HTML {
        let chosen = row[all: name(path)]
        let unknown = chosen.filter { value in !options.contains { $0.value == value } }
            .map { (value: $0, words: $0) }
        var all = options + unknown
        if keepsOrder {
            let first = chosen.compactMap { value in all.first { $0.value == value } }
            all = first + all.filter { !chosen.contains($0.value) }
        }
        let inner = HTML.pieces {
            legend { FieldWords.label(path) }
            div(class: "checks") {
                for each in all {
                    label(class: "s") {
                        input(
                            .type("checkbox"), .name(path), .value(each.value),
                            .checked(chosen.contains(each.value)))
                        each.words
                    }
                }
            }
            faults(path)
        }
        let classes: StaticString =
            switch size {
            case .weekdays: "field wide if-weekdays"
            default: "field wide"
            }
        return fieldset(class: classes, .id(path), .ariaDescribedBy(described(path, nil))) { inner }
    }

    private func framed(
        _ path: String, _ hint: String?, _ size: FieldSize, @HTMLBuilder control: () -> HTML
    ) -> HTML {
        div(class: size.classes) {
            label(.forField(path)) { FieldWords.label(path) }
            control()
            if let hint { small(.id("\(path)-hint")) { hint } }
            faults(path)
        }
    }

    // MARK: Remarks

    /// What is to be said of a field, a table or a row.
    func faults(_ path: String) -> HTML? {
        guard let said = remarks[path] else { return nil }
        return div(class: "faults", .id("\(path)-fault")) {
            for remark in said {
                p(class: remark.isError ? "s bad" : "s warn") {
                    (remark.isError ? Icon.bad : Icon.warn).drawn()
                    span { sheet.sentence(of: remark, at: path) }
                }
            }
        }
    }

    func isWrong(_ path: String) -> Bool { remarks[path]?.contains(where: \.isError) ?? false }

    private func described(_ path: String, _ hint: String?) -> String? {
        let ids = [
            hint.map { _ in "\(path)-hint" }, remarks[path].map { _ in "\(path)-fault" },
        ].compactMap(\.self)
        return ids.isEmpty ? nil : ids.joined(separator: " ")
    }

    /// The last part of a field's name: its name in its row.
    private func name(_ path: String) -> String {
        path.split(separator: ".").last.map(String.init) ?? path
    }

    // MARK: Rows

    /// A part of the form with its heading.
    func part(
        _ id: String, _ words: String, _ explanation: String, @HTMLBuilder content: () -> HTML
    ) -> HTML {
        section(class: "part", .id(id), .ariaLabelledBy("\(id)-heading")) {
            h2(.id("\(id)-heading")) { words }
            p(class: "dim") { explanation }
            faults(id)
            content()
        }
    }

    /// The rows of a table and the button for one more.
    func rows(
        _ table: String, _ rows: [SheetRow], add words: String, areInOrder: Bool = false,
        @HTMLBuilder row: (SheetRow, String) -> HTML
    ) -> HTML {
        HTML.pieces {
            for (number, each) in rows.enumerated() {
                let path = "\(table).\(number)"
                let name = "\(FieldWords.rows[FieldWords.key(table)] ?? "Row") \(number + 1)"
                section(class: "item", .id(path), .ariaLabel(name)) {
                    header {
                        h3 { name }
                        if areInOrder {
                            change(
                                .raise(row: path), .up, "Move \(name) up",
                                at: "\(table).\(max(number - 1, 0))", isPossible: number > 0)
                            change(
                                .lower(row: path), .down, "Move \(name) down",
                                at: "\(table).\(min(number + 1, rows.count - 1))",
                                isPossible: number < rows.count - 1)
                        }
                        change(
                            .remove(row: path), .close, "Remove \(name)",
                            at: number > 0 ? "\(table).\(number - 1)" : sectionID(of: table))
                    }
                    faults(path)
                    row(each, path)
                }
            }
            button(
                .type("submit"), .name("do"), .value(SheetChange.add(table: table).text),
                .formaction(place.at("\(table).\(rows.count)")), .formnovalidate()
            ) {
                Icon.plus.drawn()
                words
            }
        }
    }

    /// Where a page goes on when a table has lost its first row.
    private func sectionID(of table: String) -> String {
        table.split(separator: ".").first.map(String.init) ?? table
    }

    private func change(
        _ change: SheetChange, _ icon: Icon, _ words: String, at fragment: String,
        isPossible: Bool = true
    ) -> HTML {
        button(
            class: "quiet", .type("submit"), .name("do"), .value(change.text), .ariaLabel(words),
            .title(words), .formaction(place.at(fragment)), .formnovalidate(),
            .disabled(!isPossible)
        ) { icon.drawn() }
    }
}

/// How much room a field gets, and with which choice it is shown where the browser can tell.
enum FieldSize {
    case usual, wide, twice, short, say, every, days, because, weekdays, nth, monthDay, date,
        release, probe, measured, searched

    var classes: StaticString {
        switch self {
        case .usual: "field"
        case .wide: "field wide"
        case .twice: "field twice"
        case .short: "field short"
        case .say: "field say"
        case .every: "field every"
        case .days: "field short if-days"
        case .because: "field twice if-hold"
        case .weekdays: "field wide if-weekdays"
        case .nth: "field short if-nth"
        case .monthDay: "field short if-month-day"
        case .date: "field if-date"
        case .release: "field short if-release"
        case .probe: "field probe"
        case .measured: "field short if-measured"
        case .searched: "field if-journal"
        }
    }
}

extension PolicySheet {
    /// What is said of a field: that it is missing, where it is empty and must not be.
    func sentence(of remark: PolicyRemark, at path: String) -> String {
        let speaksForItself = path.hasSuffix("-windows") || path.hasSuffix(".allows")
        if remark.isError, !speaksForItself, let row = root.row(of: path), row.isEmpty {
            return "This is missing."
        }
        let message = remark.message
        let end = message.hasSuffix(".") || message.hasSuffix("?") ? "" : "."
        return FieldWords.capitalized(message) + end
    }
}

extension SheetRow {
    /// What stands in a field by its whole name; `nil` for a table or a row.
    fileprivate func row(of path: String) -> String? {
        let parts = path.split(separator: ".").map(String.init)
        var here = self
        var index = 0
        while index + 2 < parts.count, let place = Int(parts[index + 1]) {
            let rows = here[table: parts[index]]
            guard rows.indices.contains(place) else { return nil }
            here = rows[place]
            index += 2
        }
        guard index == parts.count - 1, here.tables[parts[index]] == nil else { return nil }
        return here[parts[index]]
    }
}
