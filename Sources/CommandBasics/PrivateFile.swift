package import Foundation
import SystemFiles

/// Files that only their owner may read.
package enum PrivateFile {
    /// Puts a file in the place of the old one: a reader sees the old bytes or the new ones, and
    /// after a power cut too.
    package static func write(_ bytes: [UInt8], to file: URL) throws {
        let temporary = file.path + ".new"
        // What lies there is left of a crash, or is somebody's link to a file of ours: it is not
        // written through.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("written", file) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data(bytes))
            try handle.synchronize()
            try handle.close()
        } catch {
            throw Failure(
                .couldNot, "\(file.path) cannot be written: \(words(error)).",
                nextStep: "Check the folder's permissions and the disk's free space.",
                code: "E_FILE")
        }
        guard rename(temporary, file.path) == 0 else { throw failure("written", file) }
        synchronize(file.deletingLastPathComponent())
    }

    /// Brings a folder's names to the disk. Where the file system cannot, the next crash decides.
    private static func synchronize(_ folder: URL) {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// A file's bytes, at most `limit` of them; `nil` when there is no such file.
    package static func read(_ file: URL, limit: Int) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        guard let handle = try? FileHandle(forReadingFrom: file),
            let data = try? handle.read(upToCount: limit + 1) ?? Data()
        else { throw failure("read", file) }
        guard data.count <= limit else {
            throw Failure(
                .wrongUse, "\(file.path) is larger than \(limit) bytes.",
                nextStep: "Check that it is the right file.", code: "E_FILE_SIZE")
        }
        return Array(data)
    }

    /// Refuses a secret that others than its owner may read or change; one that is not there is no
    /// matter here.
    package static func requirePrivate(_ file: URL) throws {
        guard let status = Files.status(file.path), status.permissions & 0o077 != 0 else { return }
        throw Failure(
            .couldNot,
            "\(file.path) can be read or changed by others than its owner (mode "
                + "\(String(status.permissions & 0o777, radix: 8))), so it is no secret.",
            nextStep: "Run “chmod 600 \(file.path)”; if others may have read it, begin anew.",
            code: "E_KEY_FILE_OPEN")
    }

    /// The system's words for an error, without the path that Foundation repeats.
    package static func words(_ error: any Error) -> String {
        let cause =
            (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        guard cause.domain == NSPOSIXErrorDomain else { return cause.localizedDescription }
        return String(cString: strerror(Int32(cause.code)))
    }

    private static func failure(_ verb: String, _ file: URL) -> Failure {
        if errno == EISDIR {
            return Failure(
                .wrongUse, "\(file.path) is a folder.", nextStep: "Name a file.", code: "E_FILE")
        }
        return Failure(
            .couldNot, "\(file.path) cannot be \(verb): \(String(cString: strerror(errno))).",
            nextStep: "Check the permissions of its folder and the disk's free space.",
            code: "E_FILE")
    }
}
