import ArgumentParser
import Policy

/// Through whose rings a deployment moves.
struct RingOptions: ParsableArguments {
    @Option(help: "Go through the rings of this policy, one after another.") var policy: String?
    @Option(help: "The policy's lane: routine, priority or emergency; routine unless given.")
    var lane: String?

    /// The lane that was named; `nil` for the usual one.
    var chosenLane: Lane? { lane.flatMap { Lane(rawValue: $0) } }

    /// Complains about what does not fit together.
    func check() throws {
        if let lane, Lane(rawValue: lane) == nil {
            throw ValidationError("“\(lane)” is none of routine, priority, emergency.")
        }
        if lane != nil, policy == nil { throw ValidationError("--lane needs --policy.") }
    }
}
