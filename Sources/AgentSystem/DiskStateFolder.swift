public import AgentCore
import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The state folder on the disk. Only the user who runs the agent may read it; every write is
/// flushed to the device before it returns.
public struct DiskStateFolder: StateFolder {
    /// Where the state stands unless something else is said.
    public static let standardPath = "/var/lib/patchbay-agent"

    /// The folder's absolute path.
    public let path: String

    /// The state folder at an absolute path. Nothing is made before something is written.
    public init(_ path: String) {
        self.path = path
    }

    /// A file's bytes.
    public func read(_ path: String, limit: Int) throws(StateFolderFailure) -> [UInt8]? {
        let size = try size(of: path)
        guard size <= Int64(limit) else {
            throw StateFolderFailure(
                code: "E_STATE_TOO_LARGE",
                message:
                    "\(self.path)/\(path) has \(size) bytes, more than the \(limit) that are read.",
                nextStep: "Look at what made it so large; move it away if it is not the agent's.")
        }
        guard let descriptor = try opened(path) else { return nil }
        defer { close(descriptor) }
        return try bytes(descriptor, length: limit, path)
    }

    /// A file's size.
    public func size(of path: String) throws(StateFolderFailure) -> Int64 {
        do {
            return try Files.Status(of: "\(self.path)/\(path)").size
        } catch {
            guard error.number == ENOENT else { throw failure("read", path, error.number) }
            return 0
        }
    }

    /// A piece of a file.
    public func read(
        _ path: String, from offset: Int64, length: Int
    ) throws(StateFolderFailure) -> [UInt8] {
        guard let descriptor = try opened(path) else { return [] }
        defer { close(descriptor) }
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw failure("read", path, errno)
        }
        return try bytes(descriptor, length: length, path)
    }

    /// Replaces a file whole.
    public func replace(_ path: String, with bytes: [UInt8]) throws(StateFolderFailure) {
        try makeFolders(to: path)
        let fresh = "\(path).new"
        let descriptor = open(
            "\(self.path)/\(fresh)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("write", fresh, errno) }
        do throws(StateFolderFailure) {
            defer { close(descriptor) }
            try write(bytes, to: descriptor, fresh)
        } catch {
            unlink("\(self.path)/\(fresh)")
            throw error
        }
        guard LibC.rename("\(self.path)/\(fresh)", "\(self.path)/\(path)") else {
            throw failure("replace", path, errno)
        }
        try flushFolder(of: path)
    }

    /// Gives a file or folder another name.
    public func rename(_ path: String, to newPath: String) throws(StateFolderFailure) {
        // A folder would not give way to a file of the same name.
        try remove(newPath)
        guard LibC.rename("\(self.path)/\(path)", "\(self.path)/\(newPath)") else {
            throw failure("rename", path, errno)
        }
        try flushFolder(of: newPath)
    }

    /// Adds to a file.
    public func append(_ bytes: [UInt8], to path: String) throws(StateFolderFailure) {
        try makeFolders(to: path)
        let before = try size(of: path)
        let descriptor = open(
            "\(self.path)/\(path)", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("write", path, errno) }
        defer { close(descriptor) }
        do throws(StateFolderFailure) {
            try write(bytes, to: descriptor, path)
        } catch {
            // A half-written line must not run into the next one.
            ftruncate(descriptor, off_t(before))
            throw error
        }
        if before == 0 { try flushFolder(of: path) }
    }

    /// The names in a folder.
    public func names(in path: String) throws(StateFolderFailure) -> [String] {
        guard let handle = opendir("\(self.path)/\(path)") else {
            guard errno == ENOENT else { throw failure("read", path, errno) }
            return []
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file or a folder.
    public func remove(_ path: String) throws(StateFolderFailure) {
        guard let status = try? Files.Status(of: "\(self.path)/\(path)", followsLinks: false)
        else { return }
        if status.isFolder {
            for name in try names(in: path) { try remove("\(path)/\(name)") }
            guard rmdir("\(self.path)/\(path)") == 0 else { throw failure("remove", path, errno) }
        } else {
            guard unlink("\(self.path)/\(path)") == 0 else { throw failure("remove", path, errno) }
        }
    }
}

extension DiskStateFolder {
    private func opened(_ path: String) throws(StateFolderFailure) -> Int32? {
        let descriptor = open("\(self.path)/\(path)", O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 { return descriptor }
        guard errno == ENOENT else { throw failure("read", path, errno) }
        return nil
    }

    private func bytes(_ descriptor: Int32, length: Int, _ path: String) throws(StateFolderFailure)
        -> [UInt8]
    {
        var content: [UInt8] = []
        while content.count < length {
            let wanted = min(length - content.count, 1 << 18)
            var problem: Int32 = 0
            let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                let got = LibC.read(descriptor, buffer)
                problem = got < 0 ? errno : 0
                count = max(0, got)
            }
            if problem == EINTR { continue }
            guard problem == 0 else { throw failure("read", path, problem) }
            if piece.isEmpty { break }
            content += piece
        }
        return content
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String)
        throws(StateFolderFailure)
    {
        guard LibC.writeAll(descriptor, bytes), fsync(descriptor) == 0 else {
            throw failure("write", path, errno)
        }
    }

    /// Makes the folders above a file, from the top, and flushes each new one's name.
    private func makeFolders(to path: String) throws(StateFolderFailure) {
        try makeFolder(self.path)
        var folder = self.path
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            try makeFolder(folder)
        }
    }

    private func makeFolder(_ folder: String) throws(StateFolderFailure) {
        var isMade = mkdir(folder, 0o700) == 0
        if !isMade, errno == ENOENT, folder != "/" {
            // Some file systems (/proc) say so of every name, whether the parent is there or not.
            try makeFolder(Self.parent(of: folder))
            isMade = mkdir(folder, 0o700) == 0
        }
        if isMade {
            try flush(folder: Self.parent(of: folder))
        } else if errno != EEXIST {
            throw failure("make", folder, errno)
        }
    }

    private func flushFolder(of path: String) throws(StateFolderFailure) {
        try flush(folder: Self.parent(of: "\(self.path)/\(path)"))
    }

    private func flush(folder: String) throws(StateFolderFailure) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("flush", folder, errno) }
        defer { close(descriptor) }
        // Some file systems know no flush of folders; their renames are as durable as they get.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw failure("flush", folder, errno)
        }
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    private func failure(_ verb: String, _ path: String, _ number: Int32) -> StateFolderFailure {
        let words = String(cString: strerror(number))
        let place = path.hasPrefix("/") ? path : "\(self.path)/\(path)"
        switch number {
        case ENOSPC, EDQUOT:
            return StateFolderFailure(
                code: "E_STATE_NO_SPACE", message: "Cannot \(verb) \(place): \(words).",
                nextStep: "Free some space on that file system; the agent goes on by itself.")
        case EACCES, EPERM, EROFS:
            return StateFolderFailure(
                code: "E_STATE_PERMISSION", message: "Cannot \(verb) \(place): \(words).",
                nextStep:
                    "Run the agent as root, or give it a state folder that it may write (--state).")
        case EIO, EISDIR, ENOTDIR, ELOOP, EBADMSG:
            return StateFolderFailure(
                code: "E_STATE_UNREADABLE", message: "Cannot \(verb) \(place): \(words).",
                nextStep: "Check the file system and the disk below it.")
        default:
            return StateFolderFailure(
                code: "E_STATE_DISK", message: "Cannot \(verb) \(place): \(words).",
                nextStep: "Check the file system and the disk below it.")
        }
    }
}
