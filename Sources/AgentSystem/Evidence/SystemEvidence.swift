public import AgentEvidence
public import Fleet
public import Forensics
import SystemFiles

/// Takes evidence of this machine: reads `/proc`, `/sys` and `/etc`, and asks the package tool and
/// the journal. It writes nothing, and takes no file's content and no process's environment.
public struct SystemEvidence: EvidenceCapturing {
    /// How long the look at processes may take, in seconds: the other half is for the rest.
    private static let processSeconds = EvidenceLimits.captureSeconds / 2

    /// The machine's root: `/` is the empty text. Tests have their own.
    let root: String
    /// Whether programs of the machine are asked, too.
    let asksPrograms: Bool
    let clock: @Sendable () -> Timestamp

    /// What takes evidence of this machine.
    ///
    /// - Parameter clock: the machine's clock.
    public init(clock: @escaping @Sendable () -> Timestamp) {
        self.init(root: "", asksPrograms: true, clock: clock)
    }

    init(root: String, asksPrograms: Bool, clock: @escaping @Sendable () -> Timestamp) {
        self.root = root
        self.asksPrograms = asksPrograms
        self.clock = clock
    }

    /// Takes all sections, the most volatile first.
    public func sections(until deadline: Timestamp) async -> [EvidenceSection] {
        var room = EvidenceLimits.bundleBytes - EvidenceLimits.frameBytes
        var taken: [EvidenceSection] = []
        let soon = min(deadline, clock().adding(seconds: Self.processSeconds))
        let clock = clock
        let processes = EvidenceProcesses(root: root, isLate: { clock() >= soon })
        for name in EvidenceSection.Name.allCases {
            guard clock() < deadline, !Task.isCancelled else {
                taken.append(
                    EvidenceSection(
                        name, lines: [], isTruncated: true,
                        failure: "There was no time left for it."))
                continue
            }
            var lines = EvidenceLines(room: room)
            let failure = await read(name, &lines, processes, until: deadline)
            room -= lines.bytes
            taken.append(
                lines.section(
                    name, isCut: failure != nil && !lines.lines.isEmpty, failure: failure))
            await Task.yield()
        }
        return taken
    }

    /// Reads one section.
    ///
    /// - Returns: why it could not be read whole; `nil` when it was.
    private func read(
        _ name: EvidenceSection.Name, _ lines: inout EvidenceLines,
        _ processes: EvidenceProcesses, until deadline: Timestamp
    ) async -> String? {
        switch name {
        case .system: return system(&lines)
        case .processes: return processes.list(&lines)
        case .executables: return await processes.executables(&lines)
        case .deletedFiles: return processes.deletedFiles(&lines)
        case .connections: return sockets(&lines, listening: false, processes)
        case .listeners: return sockets(&lines, listening: true, processes)
        case .network: return network(&lines)
        case .sessions: return sessions(&lines)
        case .kernelModules: return kernelModules(&lines)
        case .mounts: return mounts(&lines)
        case .scheduledTasks: return scheduledTasks(&lines)
        case .accounts: return accounts(&lines)
        case .recentFiles: return recentFiles(&lines, until: deadline)
        case .packageIntegrity: return await packageIntegrity(&lines, until: deadline)
        case .journal: return await journal(&lines)
        }
    }
}

/// The values of evidence as text.
enum EvidenceField {
    /// A path or name as one word of a line: blanks are written out.
    static func word(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).joined(separator: "\\u{20}")
    }

    /// Permission bits in octal digits, such as `4755`.
    static func mode(_ permissions: UInt32) -> String {
        let digits = String(permissions, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
