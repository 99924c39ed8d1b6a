import PackageManagers
import SystemFiles

/// A program whose files belong to a user, run as that user: whoever may write it would else have
/// the rights of whoever runs it.
struct UserProgram: Hashable, Sendable {
    /// What stands before the program's own arguments.
    let words: [String]

    /// A program that cannot be run as its user.
    struct Refusal: Error, Hashable, Sendable {
        let sentence: String
    }

    /// - Parameters:
    ///   - program: its absolute path.
    ///   - name: what it is called in a sentence.
    ///   - user: as whom it is to run; never root.
    ///   - isAtConsole: whether it needs the session of the user who sits at the machine.
    ///   - variables: the names of the variables that it is handed; their values stand in the
    ///     environment, and never in an argument, where everybody could read a proxy's password.
    ///   - place: the Mac.
    /// - Throws: when it would have to run as root, or cannot be run as that user.
    init(
        _ program: String, named name: String, as user: UInt32, isAtConsole: Bool = false,
        handing variables: [String], on place: MacPlace
    ) throws(Refusal) {
        guard user != 0 else {
            throw Refusal(sentence: "\(name) belongs to root, and is not run as root.")
        }
        if place.user == user {
            self.words = [program]
            return
        }
        guard place.user == 0 else {
            throw Refusal(
                sentence: "\(name) belongs to another user (\(user)): only root can run it as "
                    + "that one.")
        }
        var words: [String] = []
        if isAtConsole { words = [place.path("/bin/launchctl"), "asuser", "\(user)"] }
        words += [place.path("/usr/bin/sudo"), "-n", "-H", "-u", "#\(user)"]
        if !variables.isEmpty {
            words.append("--preserve-env=\(variables.sorted().joined(separator: ","))")
        }
        self.words = words + ["--", program]
    }

    /// Runs it to its end.
    func run(
        _ arguments: [String], _ runner: any CommandRunning, environment: [String: String],
        seconds: Int64 = Command.defaultTimeoutSeconds
    ) async -> CommandOutput {
        await ToolRunner(runner: runner, path: words[0], environment: environment)
            .run(Array(words.dropFirst()) + arguments, seconds: seconds)
    }
}
