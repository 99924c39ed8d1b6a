import Foundation

/// Where the command line writes: answers to standard output, everything else to standard error.
enum Terminal {
    /// Writes one line, or several, to standard output.
    static func write(_ text: String) {
        write(text, to: .standardOutput)
    }

    /// Writes one line, or several, to standard error.
    static func writeError(_ text: String) {
        write(text, to: .standardError)
    }

    /// Whether a person reads standard output.
    static var isInteractive: Bool { isatty(STDOUT_FILENO) == 1 }

    /// How many columns a table may have: the terminal's width, or no limit when the output goes
    /// elsewhere.
    static var width: Int? {
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
