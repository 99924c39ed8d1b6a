import Synchronization

/// Keeps a package manager's run and a reboot apart: while one is under way, the other waits.
public final class RunClaim: Sendable {
    private enum Holder {
        case nobody, run, reboot
    }

    private let holder = Mutex(Holder.nobody)

    init() {}

    /// Whether a run may begin now; it must be released.
    package func takeForRun() -> Bool { take(.run) }

    /// A run is over.
    package func releaseRun() { release(.run) }

    /// Whether a reboot may be ordered now; it must be released when it does not come.
    func takeForReboot() -> Bool { take(.reboot) }

    /// A reboot did not come.
    func releaseReboot() { release(.reboot) }

    private func take(_ taker: Holder) -> Bool {
        holder.withLock { holder in
            guard case .nobody = holder else { return false }
            holder = taker
            return true
        }
    }

    private func release(_ taker: Holder) {
        holder.withLock { if $0 == taker { $0 = .nobody } }
    }
}
