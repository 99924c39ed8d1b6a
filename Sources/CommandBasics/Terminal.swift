import Fleet
import Foundation

/// Where the command line writes: answers to standard output, everything else to standard error.
package enum Terminal {
    /// Writes one line, or several, to standard output.
    package static func write(_ text: String) {
        write(text, to: .standardOutput)
    }

    /// Writes one line, or several, to standard error. What it tells of a feed or an endpoint moves
    /// no cursor and turns no line round.
    package static func writeError(_ text: String) {
        write(
            text.withoutMisleading("·", keeping: ["\n", "\r", "\t"]), to: .standardError)
    }

    /// Whether a person reads standard output.
    package static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// How many columns a table may have: the terminal's width, or no limit when the output goes
    /// elsewhere.
    package static var width: Int? {
        guard isInteractive else { return nil }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 else {
            return 100
        }
        return Int(size.ws_col)
    }

    private static func write(_ text: String, to handle: FileHandle) {
        // When nobody reads any more (“| head”) there is nobody to be told.
        try? handle.write(contentsOf: Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }
}
