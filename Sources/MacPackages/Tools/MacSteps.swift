import Rollout
import Synchronization

/// What the last look has shown of how each update is installed: a label of softwareupdate's stands
/// nowhere else. A run follows its look at once; after a restart of the agent the look is taken anew.
final class MacSteps: Sendable {
    /// More than one order holds; then all is forgotten.
    private static let most = 10_000

    private let steps = Mutex<[LockedUpdate: MacStep]>([:])

    subscript(_ update: LockedUpdate) -> MacStep? {
        get { steps.withLock { $0[update] } }
        set {
            steps.withLock { steps in
                if steps.count >= Self.most { steps = [:] }
                steps[update] = newValue
            }
        }
    }
}

/// What was downloaded ahead in this life of the agent. The tools keep their downloads where they
/// like, and bring again what is gone; so it costs little to ask them once more.
final class MacDownloads: Sendable {
    private static let most = 10_000

    private let known = Mutex<[LockedUpdate: Downloaded]>([:])

    subscript(_ update: LockedUpdate) -> Downloaded? {
        get { known.withLock { $0[update] } }
        set {
            known.withLock { known in
                if known.count >= Self.most { known = [:] }
                known[update] = newValue
            }
        }
    }
}
