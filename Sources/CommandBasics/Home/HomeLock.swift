import Foundation

/// Keeps a second server out of a home folder for as long as it lives. The kernel lets go of it
/// when the process ends, however it ends.
package final class HomeLock: Sendable {
    private let handle: FileHandle

    /// Takes the lock.
    ///
    /// - Throws: `Failure` when another process has it.
    package init(_ home: Home) throws {
        let descriptor = open(home.lock.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(
                .couldNot,
                "\(home.lock.path) cannot be opened: \(String(cString: strerror(errno))).",
                nextStep: "Run as the owner of the home folder.", code: "E_HOME")
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Failure(
                .couldNot, "Another server uses the home folder \(home.folder.path).",
                nextStep: "Stop it first, or give another folder with --home.", code: "E_HOME_BUSY")
        }
    }

    /// Lets go of it.
    package func release() {
        try? handle.close()
    }
}
