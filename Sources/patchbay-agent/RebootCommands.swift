import AgentCore
import AgentSystem
import ArgumentParser
import Fleet
import Policy

/// Shows how the reboot of this endpoint stands.
struct ShowStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show whether a reboot is planned, when, and how often it can be put off.",
        discussion: "Example: patchbay-agent status --format json")

    @Option(help: "How to show it: table or json.")
    var format = ScanEndpoint.Format.table
    @OptionGroup var state: StateOption

    func run() throws {
        let answer = try state.ask(PeopleRequest(.status))
        switch format {
        case .json:
            Output.write(String(decoding: AgentJSON.encode(answer.status) ?? [], as: UTF8.self))
        case .table:
            Output.write(answer.status.text)
        }
    }
}

/// Puts the reboot of this endpoint off.
struct Defer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "defer", abstract: "Put the planned reboot off.",
        discussion: "Example: patchbay-agent defer 1h")

    @Argument(help: ArgumentHelp("For how long: 30m, 1h, 1d at the most.", valueName: "duration"))
    var duration: String
    @OptionGroup var state: StateOption

    func run() throws {
        guard let span = TimeSpan(duration) else {
            throw ProgramFailure(
                "“\(duration)” is no time. Write a number and a unit, such as 30m or 2h.",
                status: ProgramFailure.wrongUse)
        }
        Output.write(
            try state.ask(PeopleRequest(.defer, seconds: span.seconds)).status.text)
    }
}

/// Tells the agent that the warning has been seen.
struct Acknowledge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acknowledge", abstract: "Say that you have seen the warning of a reboot.",
        discussion: "Example: patchbay-agent acknowledge")

    @OptionGroup var state: StateOption

    func run() throws {
        Output.write(try state.ask(PeopleRequest(.acknowledge)).status.text)
    }
}

/// Agrees to the reboot.
struct RebootNow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reboot-now",
        abstract: "Agree to the planned reboot: it need not wait for you.",
        discussion: "Example: patchbay-agent reboot-now")

    @OptionGroup var state: StateOption

    func run() throws {
        Output.write(try state.ask(PeopleRequest(.agree)).status.text)
    }
}

extension StateOption {
    /// The agent's answer.
    func ask(_ request: PeopleRequest) throws -> PeopleAnswer {
        let path = PeopleSocket.path(of: try folder())
        guard let answer = PeopleClient.ask(request, at: path) else {
            throw ProgramFailure(
                "The agent does not answer at \(path). Start it: systemctl start patchbay-agent")
        }
        if let refusal = answer.refusal { throw ProgramFailure(refusal) }
        return answer
    }
}

extension RebootStatus {
    /// How it stands, in lines for people.
    var text: String {
        guard isPending else { return sentence }
        let clock = WallClock.ofThisMachine
        var lines = [sentence, "Needed by: \(reasons.joined(separator: ", "))"]
        if let rebootAt { lines.append("At the earliest: \(clock.text(rebootAt))") }
        if let deadline { lines.append("Can be put off until: \(clock.text(deadline))") }
        lines.append("Deferrals left: \(deferralsLeft)")
        if wantsConsent { lines.append("Agree to it with: patchbay-agent reboot-now") }
        return lines.joined(separator: "\n")
    }
}
