package import Fleet
import Foundation

/// What a running server leaves in its home folder, so that commands on the same machine find it.
package struct ServerNote: Codable, Sendable {
    /// Its address, such as `https://127.0.0.1:8443`.
    package var address: String
    /// Its process.
    package var pid: Int32
    /// When it began to listen.
    package var startedAt: Timestamp

    /// A note.
    package init(address: String, pid: Int32, startedAt: Timestamp) {
        self.address = address
        self.pid = pid
        self.startedAt = startedAt
    }

    /// The note of a home folder; `nil` when no server has left one.
    package static func read(_ home: Home) throws -> ServerNote? {
        guard let bytes = try PrivateFile.read(home.serverNote, limit: 64 * 1024) else {
            return nil
        }
        return try? JSONDecoder().decode(ServerNote.self, from: Data(bytes))
    }

    /// Leaves the note.
    package func write(to home: Home) throws {
        try PrivateFile.write(Array(try JSONText.encode(self).utf8), to: home.serverNote)
    }

    /// Takes the note away again.
    package static func remove(from home: Home) {
        try? FileManager.default.removeItem(at: home.serverNote)
    }
}
