public import Rollout

/// Sees to it that an update of the agent's own program cannot cost the endpoint its agent.
///
/// A new program that does not start, is built for another machine, or reaches no server can say
/// nothing about itself. So the old one is put aside before the update begins, and watches from
/// outside, in a process of its own, until the new one has spoken with the server.
public protocol SelfUpdating: Sendable {
    /// Puts the running program aside and starts the watch. Called before the run that replaces
    /// it, and once more when the agent was cut off between the two.
    ///
    /// - Returns: `nil` when the watch is on; else why the update must not begin.
    func begin(_ run: RunName, _ update: LockedUpdate) async -> String?
    /// Notes that this program has just spoken with its server.
    func noteCheckIn()
    /// How a watched update stands.
    func standing(of update: LockedUpdate) -> SelfUpdateStanding
}

/// How an update of the agent's own program stands.
public enum SelfUpdateStanding: Hashable, Sendable {
    /// No watch has been kept over it.
    case notWatched
    /// The new program has not spoken with the server yet.
    case open
    /// It has.
    case confirmed
    /// It has not, and the old one was put back; what happened, in one sentence.
    case takenBack(String)
}

/// The package that brings the agent.
public enum AgentPackage {
    /// Its name with every package manager.
    public static let name = "patchbay-agent"

    /// Of updates that a run could install, those that it installs: the agent's own comes in a run
    /// of its own after the others, since it ends the program that follows the run.
    public static func apart(_ updates: [LockedUpdate]) -> [LockedUpdate] {
        let others = updates.filter { $0.name != name }
        return others.isEmpty ? updates : others
    }
}
