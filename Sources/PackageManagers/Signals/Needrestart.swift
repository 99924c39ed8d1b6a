package import Fleet
import SystemFiles
import ToolOutputs

/// What needrestart, where the endpoint has it, knows beyond the maps of processes: services in
/// Perl, Python, Ruby or Java whose own files were replaced.
///
/// What its administrator has put on its blacklist it does not name; `override_rc` and the like are
/// asked only when it restarts by itself, and do not hold here.
package struct Needrestart: Sendable {
    private let runner: any CommandRunning
    private let program: String
    private let processes: ProcessTable

    /// The one of this machine.
    package init(
        runner: any CommandRunning, program: String = "/usr/sbin/needrestart",
        processes: ProcessTable = ProcessTable()
    ) {
        self.runner = runner
        self.program = program
        self.processes = processes
    }

    /// It takes one to three seconds; on a slow disk under load some tens. What takes longer is
    /// ended, and the maps alone count.
    private static let patienceSeconds: Int64 = 60
    /// The most services that it adds: as many as are restarted after one installation.
    private static let mostServices = 256

    /// The first version that is run: those before take programs and search paths from the processes
    /// of any user when root runs them (CVE-2024-48990, -48991, -48992 and -11003).
    private static let firstSafe = [3, 8]

    /// What the maps show, and the services that needrestart alone names. These come without files,
    /// since it does not tell which. One that is not among the packages, or older than is safe, is
    /// not run.
    package func adding(
        to restarts: [RestartNeed], among packages: [Package]
    ) async -> [RestartNeed] {
        let own = packages.filter { $0.name == "needrestart" }
        guard !own.isEmpty, own.allSatisfy({ Self.isSafe($0.version) }) else { return restarts }
        let known = Set(restarts.compactMap(\.unit))
        let named = Set(await services()).subtracting(known)
        guard !named.isEmpty else { return restarts }
        let found = processes.first(of: named)
        return restarts
            + named.sorted().prefix(Self.mostServices).map { unit in
                found[unit] ?? RestartNeed(process: unit, pid: 0, unit: unit, files: [])
            }
    }

    /// Whether a package's version, such as `1:3.8-5`, is of a release that is run. Distributions
    /// have mended older ones too; which, their version alone does not say.
    static func isSafe(_ version: String) -> Bool {
        let release = version.split(separator: ":").last ?? ""
        let numbers = release.prefix { ("0"..."9").contains($0) || $0 == "." }
            .split(separator: ".").map { Int($0) ?? 0 }
        return !numbers.isEmpty && !numbers.lexicographicallyPrecedes(firstSafe)
    }

    /// The services that it names; none where it is not installed or does not answer.
    private func services() async -> [String] {
        guard Files.status(program)?.isRegular == true else { return [] }
        // -b: for programs, and nobody is asked; -r l: nothing is restarted.
        let command = Command(
            path: program, arguments: ["-b", "-r", "l"], timeoutSeconds: Self.patienceSeconds)
        guard let output = try? await runner.run(command), output.status == 0 else { return [] }
        let reading = ToolOutput.needrestartB.read(output.output)
        guard reading.fields?["NEEDRESTART-VER"] != nil else { return [] }
        return (reading.restarts?.services ?? []).filter(Self.isService)
    }

    /// Whether a word is the name of a service (systemd.unit(5)): what else needrestart names
    /// (`systemd-manager`, scripts of System V) is no unit that can be restarted.
    private static func isService(_ name: String) -> Bool {
        name.hasSuffix(".service") && name.utf8.count <= 255 && !name.hasPrefix("-")
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte) || ":-_.\\@".utf8.contains(byte)
            }
    }
}
