import AgentCore
import Synchronization

/// A state folder in memory that a test can let crash at any write.
final class CrashingFolder: StateFolder {
    enum Mode: Sendable, CaseIterable {
        /// The write does not happen.
        case before
        /// Half of the bytes are written.
        case torn
        /// The write happens, and nobody hears of it.
        case after
    }

    private struct Content {
        var files: [String: [UInt8]] = [:]
        var writes = 0
        var crashAt: Int?
        var mode = Mode.before
        var isDown = false
        var unreadable: Set<String> = []
    }

    private let content = Mutex(Content())
    private let world: World?

    /// A folder; `world`'s log is the log of each job.
    init(world: World? = nil) {
        self.world = world
    }

    static let crash = StateFolderFailure(code: "CRASH", message: "crash", nextStep: "")

    var writes: Int { content.withLock { $0.writes } }
    var files: [String: [UInt8]] { content.withLock { $0.files } }

    /// Lets the write with this number, from 0, crash; everything fails after it until `revive`.
    func crash(at write: Int, _ mode: Mode) {
        content.withLock {
            $0.crashAt = write
            $0.mode = mode
        }
    }

    func revive() {
        content.withLock { $0.isDown = false }
    }

    /// Lets the disk lose a file: it is there, and cannot be read.
    func spoil(_ path: String) {
        content.withLock { _ = $0.unreadable.insert(path) }
    }

    func put(_ bytes: [UInt8], at path: String) {
        content.withLock { $0.files[path] = bytes }
    }

    private func bytes(_ path: String) throws(StateFolderFailure) -> [UInt8]? {
        if path.hasSuffix("run.log"), let world { return Array(world.log.utf8) }
        let (isDown, isSpoilt, bytes) = content.withLock {
            ($0.isDown, $0.unreadable.contains(path), $0.files[path])
        }
        if isDown { throw Self.crash }
        if isSpoilt {
            throw StateFolderFailure(
                code: "E_STATE_UNREADABLE", message: "Input/output error.", nextStep: "")
        }
        return bytes
    }

    func read(_ path: String, limit: Int) throws(StateFolderFailure) -> [UInt8]? { try bytes(path) }

    func size(of path: String) throws(StateFolderFailure) -> Int64 {
        Int64(try bytes(path)?.count ?? 0)
    }

    func read(_ path: String, from offset: Int64, length: Int) throws(StateFolderFailure) -> [UInt8]
    {
        Array((try bytes(path) ?? []).dropFirst(Int(offset)).prefix(length))
    }

    func replace(_ path: String, with bytes: [UInt8]) throws(StateFolderFailure) {
        try write {
            $0.files[path] = bytes
        } torn: { _ in
        }
    }

    func append(_ bytes: [UInt8], to path: String) throws(StateFolderFailure) {
        try write {
            $0.files[path, default: []] += bytes
        } torn: {
            $0.files[path, default: []] += bytes.prefix(bytes.count / 2)
        }
    }

    func rename(_ path: String, to newPath: String) throws(StateFolderFailure) {
        try write {
            $0.files[newPath] = $0.files.removeValue(forKey: path)
            if $0.unreadable.remove(path) != nil { $0.unreadable.insert(newPath) }
        } torn: { _ in
        }
    }

    private func write(
        _ whole: (inout Content) -> Void, torn: (inout Content) -> Void
    ) throws(StateFolderFailure) {
        let fails = content.withLock { content in
            if content.isDown { return true }
            defer { content.writes += 1 }
            guard content.writes == content.crashAt else {
                whole(&content)
                return false
            }
            content.isDown = true
            switch content.mode {
            case .before: break
            case .torn: torn(&content)
            case .after: whole(&content)
            }
            return true
        }
        if fails { throw Self.crash }
    }

    func names(in path: String) throws(StateFolderFailure) -> [String] {
        let paths = content.withLock { Array($0.files.keys) }
        let below = paths.filter { $0.hasPrefix("\(path)/") }.compactMap {
            $0.dropFirst(path.count + 1).split(separator: "/").first.map(String.init)
        }
        return Set(below).sorted()
    }

    func remove(_ path: String) throws(StateFolderFailure) {
        content.withLock { content in
            content.files = content.files.filter { $0.key != path && !$0.key.hasPrefix("\(path)/") }
        }
    }
}
