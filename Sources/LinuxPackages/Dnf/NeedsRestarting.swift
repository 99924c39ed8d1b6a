import Fleet
import PackageManagers
import ToolOutputs

/// Reads `dnf needs-restarting -r`, which dnf 4 and dnf 5 print alike: a sentence, and below it each
/// package behind `  * `.
struct NeedsRestarting {
    /// The packages that were updated since the endpoint started. A kernel is told by its own
    /// evidence, which knows whether it runs.
    let packages: [String]

    init(_ output: CommandOutput) {
        // Status 1 stands for "a reboot is needed", for an error, and for a dnf without this
        // command: only the words tell.
        packages =
            output.status != 1
            ? []
            : output.lines.filter { $0.hasPrefix(Self.mark) }.map {
                TextLines.trimmed($0.dropFirst(Self.mark.count))
            }.filter { !$0.isEmpty && !$0.hasPrefix("kernel") }
    }

    private static let mark = "  * "

    /// Why the endpoint should reboot; `nil` when nothing says so.
    var signal: RebootSignal? {
        packages.isEmpty
            ? nil
            : RebootSignal(
                kind: .coreFilesReplaced,
                detail: "\(packages.joined(separator: ", ")): updated since the endpoint started")
    }
}
