import Fleet
import Synchronization

/// Slows down who guesses passwords, per account and per peer. It lives in this process's memory: a
/// restart forgives, and with several nodes a guesser gets as many times more tries.
public final class SignInThrottle: Sendable {
    /// So many wrong passwords for one account cost nothing: people mistype.
    public static let freeTriesPerAccount = 5
    /// So many wrong passwords from one peer cost nothing: an office shares one address.
    public static let freeTriesPerPeer = 20
    /// The longest wait for an account, in seconds: short, for else anybody could lock anybody out.
    public static let longestAccountWait: Int64 = 60
    /// The longest wait for a peer, in seconds.
    public static let longestPeerWait: Int64 = 15 * 60
    /// After so many seconds without a try, all is forgotten.
    public static let memorySeconds: Int64 = 60 * 60
    /// The most accounts, and the most peers, that are remembered: some 200 bytes each.
    public static let capacity = 10_000

    private struct Tries {
        var count = 0
        var last: Timestamp
        var notBefore: Timestamp
    }

    private struct State {
        var accounts: [String: Tries] = [:]
        var peers: [String: Tries] = [:]
    }

    private let state = Mutex(State())

    /// Nobody has tried yet.
    public init() {}

    /// Notes a try, which counts as wrong until `succeeded` or `withdrew` says otherwise, so that
    /// many tries at once gain nothing.
    ///
    /// - Returns: for how many seconds to wait instead of trying; `nil` when the try may go on.
    func begin(account: String, peer: String, at now: Timestamp) -> Int64? {
        state.withLock { state in
            let waits = [state.accounts[account], state.peers[peer]].compactMap { tries in
                tries.map { ($0.notBefore.milliseconds - now.milliseconds + 999) / 1000 }
            }
            if let longest = waits.max(), longest > 0 { return longest }
            Self.note(
                account, in: &state.accounts, free: Self.freeTriesPerAccount,
                longest: Self.longestAccountWait, at: now)
            Self.note(
                peer, in: &state.peers, free: Self.freeTriesPerPeer, longest: Self.longestPeerWait,
                at: now)
            return nil
        }
    }

    /// The password was right: the account's wrong ones are forgotten, and this try does not count
    /// against the peer.
    func succeeded(account: String, peer: String) {
        state.withLock { state in
            state.accounts[account] = nil
            Self.takeBack(peer, in: &state.peers)
        }
    }

    /// The password was not looked at: the try does not count.
    func withdrew(account: String, peer: String) {
        state.withLock { state in
            Self.takeBack(account, in: &state.accounts)
            Self.takeBack(peer, in: &state.peers)
        }
    }

    /// How many wrong tries in a row an account has.
    func tries(account: String) -> Int {
        state.withLock { $0.accounts[account]?.count ?? 0 }
    }

    /// How many accounts and peers are remembered.
    var remembered: Int { state.withLock { $0.accounts.count + $0.peers.count } }

    private static func note(
        _ key: String, in table: inout [String: Tries], free: Int, longest: Int64, at now: Timestamp
    ) {
        var tries = table[key] ?? Tries(last: now, notBefore: now)
        if now.seconds(since: tries.last) > memorySeconds { tries.count = 0 }
        tries.count += 1
        tries.last = now
        let over = tries.count - free
        // 1, 2, 4 ... seconds; the shift is bounded so that it cannot overflow.
        let wait = over > 0 ? min(1 << Int64(min(over - 1, 20)), longest) : 0
        tries.notBefore = now.adding(seconds: wait)
        if table[key] == nil, table.count >= capacity { makeRoom(in: &table, at: now) }
        table[key] = tries
    }

    private static func takeBack(_ key: String, in table: inout [String: Tries]) {
        guard var tries = table[key] else { return }
        tries.count -= 1
        tries.notBefore = tries.last
        table[key] = tries.count > 0 ? tries : nil
    }

    /// Forgets what is old, and if that does not suffice the half that was tried least: one wrong
    /// try from each of many is worth less than many from one.
    private static func makeRoom(in table: inout [String: Tries], at now: Timestamp) {
        table = table.filter { now.seconds(since: $0.value.last) <= memorySeconds }
        guard table.count >= capacity else { return }
        let kept = table.sorted {
            ($0.value.count, $0.value.last) > ($1.value.count, $1.value.last)
        }
        table = Dictionary(
            uniqueKeysWithValues: kept.prefix(capacity / 2).map { ($0.key, $0.value) })
    }
}
