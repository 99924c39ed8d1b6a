import Fleet
import Foundation
import SystemFiles

/// The update of macOS that softwareupdate has put in place and that the next start takes: until
/// then the system tells the version that runs, and nothing else remembers the other.
struct PreparedSystem: Sendable {
    /// The file in the agent's folder; `nil` where nothing is kept.
    private let file: String?

    init(stateFolder: String?) {
        file = stateFolder.map { "\($0)/macos-prepared" }
    }

    /// Notes the version that the next start takes.
    func note(_ version: String) {
        guard let file else { return }
        // Without the note the job says that nothing has changed, and the scan after the restart
        // tells the truth.
        try? Data("\(version)\n".utf8).write(to: URL(filePath: file), options: .atomic)
    }

    /// The version that waits for a restart; `nil` when none does, or the Mac has started since.
    func version(runningSince boot: Timestamp?, running: String) -> String? {
        guard let file, let boot, let noted = Files.status(file)?.modified, noted > boot,
            let version = Files.line(file, limit: 256), MacVersion.isPlain(version),
            MacVersion.isNewer(version, than: running)
        else { return nil }
        return version
    }
}
