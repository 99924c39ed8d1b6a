import AgentCore
import AgentSystem
import ArgumentParser
import Fleet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Snapshots that the agent took before installations.
struct SnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Show the snapshots that the agent took of a root on LVM, and return to one.",
        subcommands: [ListSnapshots.self, ReturnToSnapshot.self])

    /// The return of this machine.
    static func ofThisMachine(_ state: StateOption, job: JobID? = nil) throws -> VolumeReturn {
        guard geteuid() == 0 else {
            throw ProgramFailure("Only root can do that.", status: ProgramFailure.wrongUse)
        }
        guard let program = Machine.ownProgram else {
            throw ProgramFailure("The agent cannot find its own program. Mount /proc.")
        }
        return VolumeReturn(state: try state.folder(), program: program, job: job)
    }
}

/// Shows the snapshots of the root volume.
struct ListSnapshots: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show the snapshots that the agent took, the newest first.",
        discussion: "Example: patchbay-agent snapshot list")

    @OptionGroup var state: StateOption

    func run() async throws {
        let machine = try SnapshotCommand.ofThisMachine(state)
        do throws(ReturnFault) {
            let found = try await machine.snapshots()
            if found.isEmpty { Output.write("The agent has taken no snapshot that still stands.") }
            for one in found {
                let standing = one.fault ?? "\(one.percentUsed) % full"
                Output.write("\(one.group)/\(one.name): \(one.takenAt), \(standing)")
            }
        } catch {
            throw ProgramFailure(error.sentence)
        }
    }
}

/// Returns to a snapshot.
struct ReturnToSnapshot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "return",
        abstract: "Return the root file system to a snapshot, and reboot.",
        discussion: """
            Everything that was written to the root file system since is lost. What the agent \
            itself remembers goes along, so that it takes up no job again that has ended.

            Example: patchbay-agent snapshot return lab/patchbay-20261122010203-job_1 --accept-loss
            """)

    @Argument(help: "The snapshot, as “snapshot list” shows it.") var name: String
    @Flag(help: "What was written since may be lost. Without this nothing is done.")
    var acceptLoss = false
    @Option(help: ArgumentHelp("The job that ordered it.", visibility: .hidden)) var job: String?
    @OptionGroup var state: StateOption

    func run() async throws {
        let machine = try SnapshotCommand.ofThisMachine(state, job: job.flatMap { JobID($0) })
        let claim = try Self.claim()
        defer { claim.release() }
        do throws(ReturnFault) {
            let snapshot = try await machine.check(name)
            let others = machine.others
            let left =
                others.isEmpty
                ? "" : " Left as they are: \(others.joined(separator: ", "))."
            Output.write(
                "Everything that was written to the root file system since \(snapshot.takenAt) is lost: "
                    + "updates, settings, data, users, logs.\(left)")
            guard acceptLoss else {
                throw ReturnFault(
                    "If that may be lost, say so: --accept-loss.")
            }
            // The terminal goes before the machine does: its end must not be this program's.
            for sign in [SIGHUP, SIGINT, SIGTERM, SIGPIPE] { signal(sign, SIG_IGN) }
            try await machine.carryOut(snapshot)
            Output.write("The endpoint reboots, and comes up as it was at \(snapshot.takenAt).")
        } catch {
            throw ProgramFailure(
                error.isUnderWay ? error.sentence : "Nothing has changed. \(error.sentence)")
        }
    }

    /// Two at once would unmount each other's snapshot.
    private static func claim() throws -> StateClaim {
        mkdir(VolumeReturn.workPlace, 0o700)
        guard let claim = try? StateClaim(of: DiskStateFolder(VolumeReturn.workPlace)) else {
            throw ProgramFailure("Another return is under way, or /run cannot be written.")
        }
        return claim
    }
}
