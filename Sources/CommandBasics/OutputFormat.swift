package import ArgumentParser
import Fleet
import Foundation

/// How a command shows its answer.
package enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people.
    case table
    /// For programs: JSON, keys in order, times as RFC 3339.
    case json
}

/// The option `--format`.
package struct FormatOption: ParsableArguments {
    package init() {}

    @Option(
        help: "How to show the answer: table or json. Usually a table on a terminal, else JSON.")
    package var format: OutputFormat?

    /// Shows a value: as JSON, or as the text that `table` makes of it. What is not asked for is
    /// chosen by who reads: a person at a terminal, or a program.
    package func show<Value: Encodable>(
        _ value: Value, usually: OutputFormat = Terminal.isInteractive ? .table : .json,
        table: (Value) -> String
    ) throws {
        switch format ?? usually {
        case .json: Terminal.write(try JSONText.encode(value))
        case .table:
            // What feeds and endpoints say stands in the text; only its lines are ours.
            let text = table(value).withoutMisleading("·", keeping: ["\n", "\t"])
            if !text.isEmpty { Terminal.write(text) }
        }
    }
}

/// JSON as the command line writes it.
package enum JSONText {
    /// A value as indented JSON, keys in order.
    package static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
