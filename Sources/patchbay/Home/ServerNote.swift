import CommandBasics
import Fleet
import Foundation

/// What a running server leaves in its home folder, so that commands on the same machine find it.
struct ServerNote: Codable, Sendable {
    /// Its address, such as `https://127.0.0.1:8443`.
    var address: String
    /// Its process.
    var pid: Int32
    /// When it began to listen.
    var startedAt: Timestamp

    /// The note of a home folder; `nil` when no server has left one.
    static func read(_ home: Home) throws -> ServerNote? {
        guard let bytes = try PrivateFile.read(home.serverNote, limit: 64 * 1024) else {
            return nil
        }
        return try? JSONDecoder().decode(ServerNote.self, from: Data(bytes))
    }

    /// Leaves the note.
    func write(to home: Home) throws {
        try PrivateFile.write(Array(try JSONText.encode(self).utf8), to: home.serverNote)
    }

    /// Takes the note away again.
    static func remove(from home: Home) {
        try? FileManager.default.removeItem(at: home.serverNote)
    }
}
