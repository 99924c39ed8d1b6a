import AgentCore
import AgentSystem
import AgentTransport
import ArgumentParser
import Fleet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Finds the step that fails between this endpoint and its server.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go the way to the server step by step, and name the one that fails.",
        discussion: """
            The steps: disk, policies, identity, proxy, DNS, TCP, TLS, clock, token. Exit status 3 when one fails.

            Example: patchbay-agent doctor
            """)

    @Flag(help: "Look at the way to the server only, and write nothing to the disk.")
    var serverOnly = false
    @OptionGroup var state: StateOption

    func run() async throws {
        let folder = try state.folder()
        var steps = serverOnly ? [] : [DiskStep.check(folder)]
        if !serverOnly, steps.allSatisfy(\.isGood) { steps.append(PolicyStep.check(folder)) }
        if steps.first?.isGood ?? true { steps += await serverSteps(folder) }
        for step in steps {
            Output.write("\(step.isGood ? "ok    " : "FAILED")  \(step.name): \(step.sentence)")
            if let next = step.nextStep { Output.write("        \(next)") }
        }
        guard steps.allSatisfy(\.isGood) else { throw ExitCode(ProgramFailure.couldNot) }
    }

    private func serverSteps(_ folder: DiskStateFolder) async -> [DiagnosisStep] {
        let server: ServerLink
        do {
            server = try ServerLink(state: folder)
        } catch let failure as StateFolderFailure {
            return [DiagnosisStep("identity", failure.message, nextStep: failure.nextStep)]
        } catch let fault as TransportFault {
            return [
                DiagnosisStep(
                    fault.code == "E_PROXY" ? "proxy" : "identity", fault.message,
                    nextStep: fault.nextStep)
            ]
        } catch {
            return [DiagnosisStep("identity", ProgramFailure(error).text, nextStep: "Enrol again.")]
        }
        var steps = [DiagnosisStep("identity", "This is endpoint \(server.identity.endpoint).")]
        if let address = server.servers.first {
            let diagnosis = Diagnosis(server: address, proxy: server.proxy, client: server.client)
            steps += await diagnosis.steps(link: server.link)
        }
        await server.client.close()
        return steps
    }
}

/// Whether the agent can keep its journals.
enum DiskStep {
    /// What a job needs at most, in bytes: its journal, its plan and its log.
    private static let needed: UInt64 = 64 * 1024 * 1024

    static func check(_ folder: DiskStateFolder) -> DiagnosisStep {
        do {
            try folder.replace("doctor.test", with: [])
            try folder.remove("doctor.test")
        } catch {
            return DiagnosisStep("disk", error.message, nextStep: error.nextStep)
        }
        var information = statvfs()
        guard statvfs(folder.path, &information) == 0 else {
            return DiagnosisStep("disk", "\(folder.path) can be written.")
        }
        let free = UInt64(information.f_bavail) * UInt64(information.f_frsize)
        let megabytes = free / 1_000_000
        return free >= needed
            ? DiagnosisStep("disk", "\(folder.path) can be written; \(megabytes) MB are free.")
            : DiagnosisStep(
                "disk", "\(folder.path) has only \(megabytes) MB free.",
                nextStep: "Free \(needed / 1_000_000) MB on that file system.")
    }
}
