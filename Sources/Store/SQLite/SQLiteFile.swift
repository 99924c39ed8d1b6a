import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The claim of one process on a SQLite file. It ends with the process, however that ends.
final class SQLiteFileClaim: Sendable {
    private let descriptor: Int32

    /// Claims a database file.
    ///
    /// - Throws: `SQLFailure` of the kind `busy` while another process has claimed it.
    init(path: String) throws {
        let name = path + ".lock"
        let file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw SQLFailure(.lostConnection, "\(name) cannot be opened: \(systemMessage(errno)).")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.holder(file)
            // Before the property is set: with it, an initializer that throws runs `deinit`, and
            // what is closed twice is soon another's file.
            _ = releaseDescriptor(file)
            throw SQLFailure(
                .busy,
                "\(path) is in use by another process\(holder). "
                    + "Stop that one, or give this one a home folder of its own."
            )
        }
        descriptor = file
        let text = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        try SQLiteFile.makePrivate(path)
    }

    /// Gives the file free. Closing the descriptor alone would not do it while a program that is
    /// just being started still has a copy.
    func release() {
        _ = flock(descriptor, LOCK_UN)
    }

    deinit {
        release()
        _ = releaseDescriptor(descriptor)
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        let digits = bytes.prefix(max(count, 0)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}

/// A database's file.
enum SQLiteFile {
    /// Makes the file before SQLite does, so that only its owner may read it.
    static func makePrivate(_ path: String) throws {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw SQLFailure(.lostConnection, "\(path) cannot be opened: \(systemMessage(errno)).")
        }
        _ = releaseDescriptor(file)
    }
}

/// What the system says to an error number.
func systemMessage(_ number: Int32) -> String {
    String(cString: strerror(number))
}

/// close(2), under a name that no method hides.
@discardableResult
func releaseDescriptor(_ descriptor: Int32) -> Int32 {
    close(descriptor)
}
