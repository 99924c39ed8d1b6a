import ArgumentParser
import CommandBasics
import Fleet
import Policy
import PolicyDocument

/// The option `--at`.
struct ClockOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The instant of the question (RFC 3339); now unless given.", valueName: "time"))
    var at: String?

    /// The instant that is asked about.
    var instant: Timestamp { at.flatMap { Timestamp($0) } ?? SystemEffects.now() }

    func validate() throws {
        if let at, Timestamp(at) == nil {
            throw ValidationError("--at is no RFC 3339 time, such as 2026-11-21T18:00:00Z.")
        }
    }
}
