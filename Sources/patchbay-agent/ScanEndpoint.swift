import AgentCore
import AgentSystem
import ArgumentParser
import Fleet

/// Looks at this machine and shows what is found.
struct ScanEndpoint: AsyncParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Show what is installed and missing on this machine; changes nothing.",
        discussion: "Example: patchbay-agent scan --format json")

    @Option(help: "How to show it: table or json.")
    var format = Format.table
    @Flag(help: "Refresh the package indexes first.")
    var refresh = false
    @OptionGroup var state: StateOption
    @OptionGroup var windows: PlayedWindows

    func run() async throws {
        let scan: Scan
        do {
            let folder = try state.folder()
            let scanner = try windows.scanner(folder) ?? MachineTools.scanner(folder)
            scan = try await scanner.scan(refreshingSources: refresh)
        } catch {
            throw ProgramFailure(error)
        }
        switch format {
        case .json: Output.write(String(decoding: AgentJSON.encode(scan) ?? [], as: UTF8.self))
        case .table: Output.write(Self.table(scan))
        }
    }

    /// What is missing, in columns, and one line about the rest.
    static func table(_ scan: Scan) -> String {
        var rows = [["UPDATE", "INSTALLED", "MISSING", "CLASS", "STATE"]]
        rows += scan.updates.map {
            [
                $0.name, $0.installed, $0.candidate, $0.classes.first?.rawValue ?? "",
                $0.installability.rawValue,
            ]
        }
        let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(
                separator: "  ")
        }
        let reboot = scan.reboot.required ? "a reboot is needed" : "no reboot is needed"
        let bad = scan.sources.count { $0.state != .ok }
        return
            (lines + [
                "",
                "\(scan.packages.count) packages, \(scan.updates.count) missing updates, "
                    + "\(reboot), \(scan.restarts.count) processes run replaced files, \(bad) of "
                    + "\(scan.sources.count) sources are not in order.",
            ]).joined(separator: "\n")
    }
}
