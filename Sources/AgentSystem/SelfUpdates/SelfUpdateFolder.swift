import AgentCore
import Fleet
import Rollout
import SystemFiles

/// Names one state of a program's file: what replaces it is another file.
struct ProgramFile: Hashable, Sendable, Codable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    var modifiedMilliseconds: Int64

    /// The file at a path; `nil` when there is none.
    init?(_ path: String) {
        guard let status = Files.status(path), status.isRegular else { return nil }
        device = status.device
        inode = status.inode
        size = status.size
        modifiedMilliseconds = status.modified.milliseconds
    }

    /// The program that asks, even when its file has been replaced.
    static var running: ProgramFile? { ProgramFile("/proc/self/exe") }

    init(device: UInt64, inode: UInt64, size: Int64, modifiedMilliseconds: Int64) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modifiedMilliseconds = modifiedMilliseconds
    }
}

/// What a watch is to know, written before it begins.
struct SelfUpdatePlan: Hashable, Sendable, Codable {
    /// The update.
    var update: LockedUpdate
    /// The program's absolute path.
    var program: String
    /// Its file as it was.
    var before: ProgramFile
    /// The folder of the run that replaces it.
    var run: String
    /// How long the new one may take to check in, in seconds.
    var patienceSeconds: Int64
    /// The commands that bring the old package back.
    var wayBack: RunPlan
}

/// How a watch ended.
struct SelfUpdateVerdict: Hashable, Sendable, Codable {
    /// The update.
    var update: LockedUpdate
    /// What happened when the old program was put back; `nil` when the new one is confirmed.
    var takenBack: String?
}

/// The files of a watch, in the agent's state folder.
struct SelfUpdateFolder: Sendable {
    /// The largest program that is put aside, in bytes.
    static let largestProgram: Int64 = 512 << 20

    let state: DiskStateFolder
    private static let name = "self-update"

    /// The folder's absolute path.
    var path: String { "\(state.path)/\(Self.name)" }
    /// The old program.
    var program: String { "\(path)/patchbay-agent" }
    /// What the watch printed where it has no unit.
    var log: String { "\(path)/watch.log" }

    /// What is watched; `nil` when nothing is.
    func readPlan() -> SelfUpdatePlan? { read("plan.json") }
    /// How the last watch ended; `nil` while it goes on.
    func readVerdict() -> SelfUpdateVerdict? { read("verdict.json") }
    /// Who watches.
    func readWatcher() -> ProcessRecord? { read("watcher.json") }
    /// Which program has spoken with the server since the watch began.
    func readCheckedIn() -> ProgramFile? { read("checked-in.json") }

    func write(_ plan: SelfUpdatePlan) throws(StateFolderFailure) { try put(plan, "plan.json") }
    func write(_ verdict: SelfUpdateVerdict) throws(StateFolderFailure) {
        try put(verdict, "verdict.json")
    }
    func write(_ watcher: ProcessRecord) throws(StateFolderFailure) {
        try put(watcher, "watcher.json")
    }
    func write(checkedIn: ProgramFile) throws(StateFolderFailure) {
        try put(checkedIn, "checked-in.json")
    }

    /// Removes everything of an earlier watch.
    func clear() throws(StateFolderFailure) { try state.remove(Self.name) }

    private func read<Value: Decodable>(_ file: String) -> Value? {
        SmallFile.bytes("\(path)/\(file)").flatMap { AgentJSON.decode(Value.self, from: $0) }
    }

    private func put(_ value: some Encodable, _ file: String) throws(StateFolderFailure) {
        guard let bytes = AgentJSON.encode(value) else {
            throw StateFolderFailure(
                code: "E_STATE_UNWRITABLE_VALUE",
                message: "\(path)/\(file) cannot be written as JSON.",
                nextStep: "Report this as a fault of the agent.")
        }
        try state.replace("\(Self.name)/\(file)", with: bytes)
    }
}
