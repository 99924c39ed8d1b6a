import AgentCore
import AgentSystem
import ArgumentParser
import Fleet

/// Shows the agent's warnings on the desktop of the user who runs it.
struct Notify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify",
        abstract: "Show the agent's warnings on this desktop; started with the user's session.",
        discussion: "Example: patchbay-agent notify")

    /// How long there is between two questions, in milliseconds: far shorter than any warning.
    private static let pauseMilliseconds: Int64 = 10_000

    @Flag(help: "Ask once, and say what became of it.")
    var once = false
    @OptionGroup var state: StateOption

    func run() async throws {
        if once { return try await askOnce() }
        let path = PeopleSocket.path(of: try state.folder())
        var shown: Int?
        while true {
            // An agent that does not run now may run later; the session outlives it.
            if let answer = PeopleClient.ask(PeopleRequest(.status), at: path) {
                shown = await show(answer.status, after: shown, path)
            }
            try await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
        }
    }

    /// For whoever tries whether it works here.
    private func askOnce() async throws {
        let status = try state.ask(PeopleRequest(.status)).status
        guard let warning = status.warning else { return Output.write(status.text) }
        let path = PeopleSocket.path(of: try state.folder())
        guard await show(status, after: nil, path) == warning else {
            throw ProgramFailure(
                "No program of this desktop has taken the notice. Install notify-send "
                    + "(libnotify-bin), and run this in the session of a user.")
        }
        Output.write("The warning was shown on this desktop.")
    }

    /// Shows a warning that is new, and tells the agent that it was shown.
    private func show(_ status: RebootStatus, after shown: Int?, _ path: String) async -> Int? {
        guard let warning = status.warning else { return nil }
        guard warning != shown else { return shown }
        let wasShown = await DesktopNotice.show(
            title: "This computer will reboot", text: Self.text(status),
            environment: Environment.desktop)
        guard wasShown else { return shown }
        _ = PeopleClient.ask(PeopleRequest(.shown), at: path)
        return warning
    }

    private static func text(_ status: RebootStatus) -> String {
        var lines = ["For \(status.reasons.prefix(5).joined(separator: ", "))."]
        if let instant = status.rebootAt {
            lines.append("At \(WallClock.ofThisMachine.text(instant)).")
        }
        lines.append("Save your work.")
        if status.wantsConsent { lines.append("Agree to it with: patchbay-agent reboot-now") }
        lines.append(
            status.deferralsLeft > 0
                ? "Put it off with: patchbay-agent defer 1h (\(status.deferralsLeft) left)"
                : "It cannot be put off any more.")
        return lines.joined(separator: "\n")
    }
}
