import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The terminals of sessions.
enum Terminal {
    /// How often writing to a terminal that takes nothing is tried again, with 50 ms between.
    private static let tries = 10

    /// The device of a line such as `pts/0` or `tty1`; `nil` for anything else.
    static func path(_ line: Substring) -> String? {
        let name = line.hasPrefix("/dev/") ? line.dropFirst(5) : line
        let rest = ["pts/", "tty", "hvc", "console"].first { name.hasPrefix($0) }
            .map { name.dropFirst($0.count) }
        guard let rest,
            rest.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0)
            })
        else { return nil }
        return "/dev/\(name)"
    }

    /// The user who owns a terminal; `nil` when it is none.
    static func owner(of path: String) -> UInt32? {
        guard let status = try? Files.Status(of: path, followsLinks: false),
            status.isCharacterDevice
        else { return nil }
        return status.owner
    }

    /// Writes a text to a terminal, as wall(1) does; whether it took all of it.
    static func write(_ text: String, to path: String) -> Bool {
        guard owner(of: path) != nil else { return false }
        let descriptor = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard isatty(descriptor) == 1 else { return false }
        var rest = Array("\r\n\u{7}\(shown(text))\r\n".utf8)[...]
        var tries = Self.tries
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { LibC.write(descriptor, $0) }
            if written > 0 {
                rest = rest.dropFirst(written)
            } else {
                tries -= 1
                guard tries > 0, errno == EAGAIN || errno == EINTR else { return false }
                usleep(50_000)
            }
        }
        return true
    }

    /// A text without what a terminal would obey.
    static func shown(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if scalar == "\n" {
                shown += "\r\n"
            } else if scalar.value >= 0x20, !(0x7F...0x9F).contains(scalar.value) {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
