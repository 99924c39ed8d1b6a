import ArgumentParser
import Foundation

/// The folder that holds everything of one installation.
///
///     home/                 0700
///     ├── keys/             the keys of the installation, 0600 each
///     ├── patchbay.sqlite   the database, unless it is elsewhere
///     ├── server.json       where the running server is, for the command line
///     ├── lock              held while a server runs
///     └── agent/            the state of this machine's own agent (“patchbay up”)
struct Home: Sendable {
    /// The folder.
    let folder: URL

    var keys: URL { folder.appending(path: "keys") }
    var database: URL { folder.appending(path: "patchbay.sqlite") }
    var serverNote: URL { folder.appending(path: "server.json") }
    var lock: URL { folder.appending(path: "lock") }
    var agent: URL { folder.appending(path: "agent") }

    /// Whether an installation has been made here.
    var exists: Bool { FileManager.default.fileExists(atPath: keys.path) }

    /// A folder by its path, or the usual one: `/var/lib/patchbay` for root, else
    /// `$XDG_DATA_HOME/patchbay`.
    init(path: String?) {
        folder = path.map { URL(filePath: $0).standardizedFileURL } ?? Self.usual
    }

    private static var usual: URL {
        if geteuid() == 0 { return URL(filePath: "/var/lib/patchbay") }
        let environment = ProcessInfo.processInfo.environment
        // The XDG base directory specification: a relative path is to be ignored.
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            return URL(filePath: data).appending(path: "patchbay")
        }
        return FileManager.default.homeDirectoryForCurrentUser
            .appending(path: ".local/share/patchbay")
    }

    /// Makes the folder, for nobody but its owner.
    ///
    /// What is there already and can be read by others is somebody else's unless an installation is
    /// in it: its permissions are not changed.
    func make() throws {
        guard exists || !isForeign else {
            throw Failure(
                .wrongUse, "\(folder.path) is not empty, and holds no installation.",
                nextStep: "Name an empty folder, or one that is not there yet, with --home.",
                code: "E_HOME_FOREIGN")
        }
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o700], ofItemAtPath: folder.path)
        } catch {
            throw Failure(
                .couldNot,
                "The home folder \(folder.path) cannot be made: \(PrivateFile.words(error)).",
                nextStep: "Give another one with --home, or run as a user who may write there.",
                code: "E_HOME")
        }
    }

    /// Whether the folder holds something and is open to others.
    private var isForeign: Bool {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: folder.path), !names.isEmpty,
            let mode = try? manager.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int
        else { return false }
        return mode & 0o077 != 0
    }

    /// Makes the folder of this machine's own agent.
    func makeAgentFolder() throws {
        try FileManager.default.createDirectory(
            at: agent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Refuses a folder in which nothing was ever made.
    func requireExisting() throws {
        guard exists else {
            throw Failure(
                .couldNot, "There is no installation in \(folder.path).",
                nextStep: "Make one with “patchbay up”, or name its folder with --home.",
                code: "E_HOME_MISSING")
        }
    }
}

/// The option `--home`.
struct HomeOption: ParsableArguments {
    @Option(
        name: .customLong("home"),
        help: ArgumentHelp(
            "The folder of the installation.",
            discussion: "Unless given: /var/lib/patchbay for root, else $XDG_DATA_HOME/patchbay.",
            valueName: "folder"))
    var path: String?

    func validate() throws {
        guard path?.isEmpty != true else {
            throw ValidationError("--home names no folder: its value is empty.")
        }
    }

    /// The folder.
    var home: Home { Home(path: path) }
}

/// Files that only their owner may read.
enum PrivateFile {
    /// Puts a file in the place of the old one: a reader sees the old bytes or the new ones, and
    /// after a power cut too.
    static func write(_ bytes: [UInt8], to file: URL) throws {
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
    static func read(_ file: URL, limit: Int) throws -> [UInt8]? {
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
    static func requirePrivate(_ file: URL) throws {
        var information = stat()
        guard stat(file.path, &information) == 0, information.st_mode & 0o077 != 0 else { return }
        throw Failure(
            .couldNot,
            "\(file.path) can be read or changed by others than its owner (mode "
                + "\(String(information.st_mode & 0o777, radix: 8))), so it is no secret.",
            nextStep: "Run “chmod 600 \(file.path)”; if others may have read it, begin anew.",
            code: "E_KEY_FILE_OPEN")
    }

    /// The system's words for an error, without the path that Foundation repeats.
    static func words(_ error: any Error) -> String {
        let cause =
            (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        guard cause.domain == NSPOSIXErrorDomain else { return cause.localizedDescription }
        return String(cString: strerror(Int32(cause.code)))
    }

    private static func failure(_ verb: String, _ file: URL) -> Failure {
        Failure(
            .couldNot, "\(file.path) cannot be \(verb): \(String(cString: strerror(errno))).",
            nextStep: "Check the permissions of its folder and the disk's free space.",
            code: "E_FILE")
    }
}
