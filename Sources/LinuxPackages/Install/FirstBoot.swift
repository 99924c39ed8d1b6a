import SystemFiles
import ToolOutputs

/// The first boot of a machine that was made from an image: cloud-init installs packages then and
/// sets sources up, one after another, and holds no lock in between.
enum FirstBoot {
    private static let program = "cloud-init"

    /// Which process is at it.
    ///
    /// - Parameter root: the root folder, without a slash at its end; empty for this machine.
    /// - Returns: its name and number, as whoever holds a lock is named; `nil` when there is none.
    static func worker(root: String) -> String? {
        // Nothing has such a folder but a machine with cloud-init.
        guard Files.exists("\(root)/run/\(program)") else { return nil }
        let process = Files.names(in: "\(root)/proc").first { name in
            Grammar.isNumber(name) && Files.line("\(root)/proc/\(name)/comm") == program
        }
        return process.map { "\(program) (pid \($0))" }
    }
}
