import Fleet
import Rollout
import SystemFiles

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The folder, below the agent's own, with the script and with what is known to be downloaded.
struct UpdateFolder: Sendable {
    private static let memory = "downloaded.json"
    /// The largest memory that is read, in bytes: some thousand updates.
    private static let largestMemory = 1 << 20

    let path: String

    init(stateFolder: String) { path = "\(stateFolder)/windows" }

    var script: String { "\(path)/\(UpdateScript.name)" }

    /// Puts the script where it belongs, unless it stands there as it should.
    ///
    /// - Returns: why that is not possible, a clause; `nil` when it is there.
    func writeScript() -> String? {
        let text = Array(UpdateScript.text.utf8)
        // One byte more than it has, so that nothing stands behind it.
        guard Files.bytes(script, limit: text.count + 1) != text else { return nil }
        return write(text, to: script)
    }

    /// The updates, as identifier and revision, that the Agent says it has downloaded.
    var downloaded: Set<String> {
        let file = "\(path)/\(Self.memory)"
        guard let bytes = Files.bytes(file, limit: Self.largestMemory) else { return [] }
        return Set((try? JSONDecoder().decode([String].self, from: Data(bytes))) ?? [])
    }

    /// Keeps what the Agent says it has downloaded. Lost with a full disk, and then asked again.
    func keep(downloaded: Set<String>) {
        guard downloaded != self.downloaded,
            let bytes = try? JSONEncoder().encode(downloaded.sorted())
        else { return }
        _ = write(Array(bytes), to: "\(path)/\(Self.memory)")
    }

    private func write(_ bytes: [UInt8], to file: String) -> String? {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try Data(bytes).write(to: URL(filePath: file), options: .atomic)
            return nil
        } catch {
            return "\(file) cannot be written: \(error)"
        }
    }
}
