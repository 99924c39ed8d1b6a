import ServerRecords
import Synchronization

/// Sees to it that in this process one step of a rollout runs at a time, and that what is posted
/// meanwhile has its turn right after it.
final class RolloutDesk: Sendable {
    private let running = Mutex<[RolloutKey: Bool]>([:])

    /// Begins to work on a rollout; `false` when somebody does, who is told to look once more.
    func begin(_ key: RolloutKey) -> Bool {
        running.withLock { running in
            let isFree = running[key] == nil
            running[key] = !isFree
            return isFree
        }
    }

    /// Ends the work on a rollout; `false` when there is to be another look first.
    func end(_ key: RolloutKey) -> Bool {
        running.withLock { running in
            guard running[key] == true else {
                running[key] = nil
                return true
            }
            running[key] = false
            return false
        }
    }

    /// Ends the work on a rollout whatever was asked meanwhile: the scheduler looks again.
    func abandon(_ key: RolloutKey) {
        running.withLock { $0[key] = nil }
    }
}
