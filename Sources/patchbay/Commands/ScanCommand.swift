import AgentCore
import ArgumentParser
import CommandBasics
import Fleet
import LinuxPackages
import MacPackages
import PackageManagers

/// `patchbay scan`
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Look at this machine, and change nothing on it.",
        discussion: """
            Example: patchbay scan --format json

            Package indexes are read as they are; with --refresh they are refreshed first, which writes \
            index files only.
            """)

    @Option(help: ArgumentHelp("Look at the system in this folder instead.", valueName: "folder"))
    var root = "/"

    @Flag(help: "Refresh the package indexes first.")
    var refresh = false

    @OptionGroup var output: FormatOption

    func validate() throws {
        if refresh, root != "/" { throw ValidationError("--refresh works on this machine only.") }
    }

    func run() async throws {
        let scanner: any Scanning
        if root == "/", MacEndpoint.isThisMachine {
            scanner = MacScanner(clock: SystemEffects.now)
        } else {
            scanner = EndpointScanner(.init(root: root), clock: SystemEffects.now)
        }
        let scan = try await scanner.scan(refreshingSources: refresh)
        try output.show(scan) { ScanText(scan: $0, width: Terminal.width).text }
    }
}
