import Synchronization

/// Wakes the one task that waits for it. A ring that comes while nobody waits is kept.
final class Bell: Sendable {
    private struct Signs {
        var isRung = false
        var wantsScan = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let signs = Mutex(Signs())

    /// Rings. With `wantingScan`, a scan is asked for.
    func ring(wantingScan: Bool = false) {
        let waiter = signs.withLock { signs in
            signs.isRung = true
            signs.wantsScan = signs.wantsScan || wantingScan
            defer { signs.waiter = nil }
            return signs.waiter
        }
        waiter?.resume()
    }

    /// Whether a scan has been asked for since this was last called.
    func takeWish() -> Bool {
        signs.withLock { signs in
            defer { signs.wantsScan = false }
            return signs.wantsScan
        }
    }

    /// Returns when the bell rings, or has rung since the last wait, or when the task is cancelled.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = signs.withLock { signs in
                    if signs.isRung || Task.isCancelled { return true }
                    signs.waiter = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            let waiter = signs.withLock { signs in
                defer { signs.waiter = nil }
                return signs.waiter
            }
            waiter?.resume()
        }
        signs.withLock { $0.isRung = false }
    }
}
