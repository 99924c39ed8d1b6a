import AgentCore
import Fleet
import Synchronization

/// The disk of an endpoint: what a call has written is durable when it returns, and the write
/// during which the agent dies is not there, torn, or whole.
final class SimulatedDisk: Sendable {
    private let content = Mutex<[String: [UInt8]]>([:])

    func read(_ path: String) -> [UInt8]? { content.withLock { $0[path] } }

    func change(_ body: (inout [String: [UInt8]]) -> Void) { content.withLock { body(&$0) } }

    func names(in path: String) -> [String] {
        let below = content.withLock { Array($0.keys) }.filter { $0.hasPrefix("\(path)/") }
        let first = below.compactMap {
            $0.dropFirst(path.count + 1).split(separator: "/").first.map(String.init)
        }
        return Set(first).sorted()
    }
}

/// The state folder as one life of the agent sees it.
struct AgentFolder: StateFolder {
    static let dead = StateFolderFailure(
        code: "E_SIMULATED_DEATH", message: "The agent is dead.", nextStep: "None.")

    let life: AgentLife
    private var disk: SimulatedDisk { life.endpoint.disk }

    private func bytes(_ path: String) throws(StateFolderFailure) -> [UInt8]? {
        guard life.call() else { throw Self.dead }
        return disk.read(path)
    }

    func read(_ path: String, limit: Int) throws(StateFolderFailure) -> [UInt8]? { try bytes(path) }

    func size(of path: String) throws(StateFolderFailure) -> Int64 {
        Int64(try bytes(path)?.count ?? 0)
    }

    func read(_ path: String, from offset: Int64, length: Int) throws(StateFolderFailure) -> [UInt8]
    {
        guard let bytes = try bytes(path), offset < bytes.count else { return [] }
        return Array(bytes[Int(offset)..<min(bytes.count, Int(offset) + length)])
    }

    func replace(_ path: String, with bytes: [UInt8]) throws(StateFolderFailure) {
        try write { $0[path] = bytes }
    }

    func rename(_ path: String, to newPath: String) throws(StateFolderFailure) {
        try write { $0[newPath] = $0.removeValue(forKey: path) }
    }

    func append(_ bytes: [UInt8], to path: String) throws(StateFolderFailure) {
        let outcome = life.writingCall()
        let written =
            switch outcome {
            case nil, .missing: bytes.prefix(0)
            case .torn:
                bytes.prefix(
                    Int(life.timeline.chance { $0.number(in: 0...max(0, Int64(bytes.count) - 1)) }))
            case .whole: bytes[...]
            }
        disk.change { $0[path, default: []] += written }
        life.endpoint.witness(written, at: path, by: life)
        if life.isDead { throw Self.dead }
    }

    func names(in path: String) throws(StateFolderFailure) -> [String] {
        guard life.call() else { throw Self.dead }
        return disk.names(in: path)
    }

    func remove(_ path: String) throws(StateFolderFailure) {
        try write { files in
            files = files.filter { $0.key != path && !$0.key.hasPrefix("\(path)/") }
        }
    }

    /// A write that is atomic: it is there or not.
    private func write(_ body: (inout [String: [UInt8]]) -> Void) throws(StateFolderFailure) {
        if life.writingCall() == .whole { disk.change(body) }
        if life.isDead { throw Self.dead }
    }
}
