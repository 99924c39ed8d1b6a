package import ArgumentParser
package import Foundation

/// The folder that holds everything of one installation.
///
///     home/                 0700
///     ├── keys/             the keys of the installation, 0600 each
///     ├── trust/            the signing keys of managed mode, 0600 each; not there in sealed mode
///     ├── patchbay.sqlite   the database, unless it is elsewhere
///     ├── server.json       where the running server is, for the command line
///     ├── lock              held while a server runs
///     ├── feeds/            what is held of the feeds of vulnerability intelligence
///     └── agent/            the state of this machine's own agent (“patchbay up”)
package struct Home: Sendable {
    /// The folder.
    package let folder: URL

    package var keys: URL { folder.appending(path: "keys") }
    package var database: URL { folder.appending(path: "patchbay.sqlite") }
    package var serverNote: URL { folder.appending(path: "server.json") }
    package var lock: URL { folder.appending(path: "lock") }
    package var feeds: URL { folder.appending(path: "feeds") }
    package var agent: URL { folder.appending(path: "agent") }

    /// Whether an installation has been made here.
    package var exists: Bool { FileManager.default.fileExists(atPath: keys.path) }

    /// A folder by its path, or the usual one: `/var/lib/patchbay` for root, else
    /// `$XDG_DATA_HOME/patchbay`.
    package init(path: String?) {
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
    package func make() throws {
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
    package func makeAgentFolder() throws {
        try FileManager.default.createDirectory(
            at: agent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Refuses a folder in which nothing was ever made.
    package func requireExisting() throws {
        guard exists else {
            throw Failure(
                .couldNot, "There is no installation in \(folder.path).",
                nextStep: "Make one with “patchbay up”, or name its folder with --home.",
                code: "E_HOME_MISSING")
        }
    }
}

/// The option `--home`.
package struct HomeOption: ParsableArguments {
    package init() {}

    @Option(
        name: .customLong("home"),
        help: ArgumentHelp(
            "The folder of the installation.",
            discussion: "Unless given: /var/lib/patchbay for root, else $XDG_DATA_HOME/patchbay.",
            valueName: "folder"))
    package var path: String?

    package func validate() throws {
        guard path?.isEmpty != true else {
            throw ValidationError("--home names no folder: its value is empty.")
        }
    }

    /// The folder.
    package var home: Home { Home(path: path) }
}
