#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Copies programs.
enum ProgramCopy {
    /// How much is read at once, in bytes.
    private static let piece = 1 << 18

    /// Copies a program into the place of another file, whole or not at all; what runs the old file
    /// goes on with it.
    ///
    /// - Returns: why it could not be copied, `nil` when it was.
    static func put(_ source: String, at target: String, limit: Int64) -> String? {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { return "\(source) cannot be read: \(words())" }
        defer { close(input) }
        let fresh = "\(target).patchbay-new"
        let output = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o700)
        guard output >= 0 else { return "\(fresh) cannot be written: \(words())" }
        let problem = copy(input, output, limit: limit).map { "\(fresh) \($0)" }
        let isClosed = fchmod(output, 0o755) == 0 && fsync(output) == 0
        close(output)
        if problem == nil, isClosed, LibC.rename(fresh, target) { return nil }
        let failure = problem ?? "\(target) cannot be replaced: \(words())"
        unlink(fresh)
        return failure
    }

    private static func copy(_ input: Int32, _ output: Int32, limit: Int64) -> String? {
        var total: Int64 = 0
        while true {
            var got = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: piece) { buffer, count in
                got = LibC.read(input, buffer)
                count = max(0, got)
            }
            if got < 0 { return "could not be read on: \(words())" }
            if bytes.isEmpty { return nil }
            total += Int64(bytes.count)
            guard total <= limit else { return "is larger than \(limit) bytes" }
            guard LibC.writeAll(output, bytes) else { return "cannot be written: \(words())" }
        }
    }

    private static func words() -> String { String(cString: strerror(errno)) }
}
