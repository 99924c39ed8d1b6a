package import ArgumentParser

/// How a list is shown that can be had as a file too.
package enum ListFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case table
    /// For programs.
    case json
    /// For spreadsheets: all pages, as the server's export writes them.
    case csv
}

/// The option `--format` of lists.
package struct ListFormatOption: ParsableArguments {
    package init() {}

    @Option(
        help:
            "How to show the answer: table, json, or csv (all pages). Usually a table on a terminal, else JSON."
    )
    package var format: ListFormat?

    /// Shows a page.
    package func show<Value: Encodable>(_ value: Value, table: (Value) -> String) throws {
        var option = FormatOption()
        option.format = format == .table ? .table : format == .json ? .json : nil
        try option.show(value, table: table)
    }
}
