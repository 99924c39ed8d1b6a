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
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file.path)
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
