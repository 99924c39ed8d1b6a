package import Fleet
import SystemFiles
import ToolOutputs

/// What needrestart, where the endpoint has it, knows beyond the maps of processes: services in
/// Perl, Python, Ruby or Java whose own files were replaced. Its administrator's settings hold for
/// what it names.
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

    /// What the maps show, and the services that needrestart alone names. These come without files,
    /// since it does not tell which.
    package func adding(to restarts: [RestartNeed]) async -> [RestartNeed] {
        let known = Set(restarts.compactMap(\.unit))
        let own = Set(await services()).subtracting(known)
        guard !own.isEmpty else { return restarts }
        let found = processes.first(of: own)
        return restarts
            + own.sorted().prefix(Self.mostServices).map { unit in
                found[unit] ?? RestartNeed(process: unit, pid: 0, unit: unit, files: [])
            }
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
