public import Foundation

/// Writes a program that a test runs at once, and waits until nobody has it open for writing.
///
/// Another test that starts a program at the moment of the writing gives its child all open
/// descriptors for the instant before that child begins, and the kernel refuses to run a file
/// that is open for writing ("Text file busy"). A read lease is refused for as long as there is
/// such a descriptor (fcntl(2), "Leases"); once there is none, none can come back.
///
/// - Parameters:
///   - text: The script.
///   - file: Where it is written.
///   - permissions: Who may run it.
/// - Throws: what the file system says, and `ProgramError` when it stays open for ten seconds.
public func writeProgram(_ text: String, to file: URL, permissions: Int = 0o755) throws {
    try writeAll(Array(text.utf8), to: file, permissions: mode_t(permissions))
    let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    for _ in 0..<1000 {
        if fcntl(descriptor, setLease, F_RDLCK) == 0 {
            _ = fcntl(descriptor, setLease, F_UNLCK)
            return
        }
        guard errno == EAGAIN else { return }
        usleep(10_000)
    }
    throw ProgramError(description: "\(file.path) stays open for writing.")
}

/// `F_SETLEASE` of fcntl.h, which Swift does not import: 1024 on every Linux architecture.
private let setLease: Int32 = 1024

/// Foundation opens files so that a child keeps them for as long as it lives, and some of the tests'
/// children wait for ever.
private func writeAll(_ bytes: [UInt8], to file: URL, permissions: mode_t) throws {
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, permissions)
    defer { close(descriptor) }
    // Whatever the process's mask takes away.
    guard descriptor >= 0, fchmod(descriptor, permissions) == 0 else {
        throw ProgramError(description: "\(file.path): \(String(cString: strerror(errno)))")
    }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else {
            throw ProgramError(description: "\(file.path): \(String(cString: strerror(errno)))")
        }
        rest = rest.dropFirst(count)
    }
}
