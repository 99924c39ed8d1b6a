package import Fleet
import Synchronization

/// Slows down who guesses passwords: a bucket of tries for each account and for each address, which
/// fill again with time. It lives in this process's memory: a restart forgives, and with several
/// nodes a guesser gets as many times more tries.
public final class SignInThrottle: Sendable {
    /// A bucket of tries: so many at once, then one in each interval.
    struct Bucket {
        /// How many tries a full bucket holds.
        let tries: Int64
        /// In how many milliseconds one try is added.
        let interval: Int64
    }

    /// So many wrong passwords for one account cost nothing: people mistype.
    public static let freeTriesPerAccount = 5
    /// In how many seconds an account gets another try: a minute, 1,440 guesses a day. Longer would
    /// let anybody lock anybody out.
    public static let secondsPerAccountTry: Int64 = 60
    /// So many wrong passwords from one address cost nothing: an office shares one address.
    public static let freeTriesPerPeer = 20
    /// In how many seconds an address gets another try: three minutes, 480 guesses a day, over all
    /// accounts.
    public static let secondsPerPeerTry: Int64 = 180
    /// The most accounts, and the most addresses, that are remembered, some 200 bytes each: 4 MB in
    /// all.
    public static let capacity = 10_000

    private static let account = Bucket(
        tries: Int64(freeTriesPerAccount), interval: secondsPerAccountTry * 1000)
    private static let peer = Bucket(
        tries: Int64(freeTriesPerPeer), interval: secondsPerPeerTry * 1000)

    /// What is left of somebody's tries.
    private struct Tries {
        /// When the bucket will be full again, in milliseconds: each try moves it on by an
        /// interval.
        var fullAt: Int64
        /// How many wrong tries there were since the bucket was last full.
        var count = 0
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
    package func begin(account: String, peer: String, at now: Timestamp) -> Int64? {
        let peer = PeerNetwork.of(peer)
        return state.withLock { state in
            let wait = max(
                Self.wait(state.accounts[account], Self.account, at: now),
                Self.wait(state.peers[peer], Self.peer, at: now))
            if wait > 0 { return (wait + 999) / 1000 }
            Self.take(account, from: &state.accounts, Self.account, at: now)
            Self.take(peer, from: &state.peers, Self.peer, at: now)
            return nil
        }
    }

    /// The password was right: the account's wrong ones are forgotten, and this try does not count
    /// against the address.
    package func succeeded(account: String, peer: String) {
        state.withLock { state in
            state.accounts[account] = nil
            Self.giveBack(PeerNetwork.of(peer), to: &state.peers, Self.peer)
        }
    }

    /// The password was not looked at: the try does not count.
    package func withdrew(account: String, peer: String) {
        state.withLock { state in
            Self.giveBack(account, to: &state.accounts, Self.account)
            Self.giveBack(PeerNetwork.of(peer), to: &state.peers, Self.peer)
        }
    }

    /// How many wrong tries an account has had since its bucket was last full.
    package func tries(account: String) -> Int {
        state.withLock { $0.accounts[account]?.count ?? 0 }
    }

    /// How many accounts and addresses are remembered.
    var remembered: Int { state.withLock { $0.accounts.count + $0.peers.count } }

    /// How many milliseconds it takes until the bucket holds a try.
    private static func wait(_ tries: Tries?, _ bucket: Bucket, at now: Timestamp) -> Int64 {
        guard let tries else { return 0 }
        return tries.fullAt - now.milliseconds - (bucket.tries - 1) * bucket.interval
    }

    private static func take(
        _ key: String, from table: inout [String: Tries], _ bucket: Bucket, at now: Timestamp
    ) {
        var tries = table[key] ?? Tries(fullAt: now.milliseconds)
        if tries.fullAt <= now.milliseconds { tries = Tries(fullAt: now.milliseconds) }
        tries.fullAt += bucket.interval
        tries.count += 1
        if table[key] == nil, table.count >= capacity { makeRoom(in: &table, at: now) }
        table[key] = tries
    }

    private static func giveBack(
        _ key: String, to table: inout [String: Tries], _ bucket: Bucket
    ) {
        guard var tries = table[key] else { return }
        tries.count -= 1
        tries.fullAt -= bucket.interval
        table[key] = tries.count > 0 ? tries : nil
    }

    /// Forgets full buckets, which are as good as new, and if that does not suffice the half that
    /// are fullest: one wrong try from each of many is worth less than many from one.
    private static func makeRoom(in table: inout [String: Tries], at now: Timestamp) {
        table = table.filter { $0.value.fullAt > now.milliseconds }
        guard table.count >= capacity else { return }
        let kept = table.sorted { $0.value.fullAt > $1.value.fullAt }
        table = Dictionary(
            uniqueKeysWithValues: kept.prefix(capacity / 2).map { ($0.key, $0.value) })
    }
}

/// Whom a request's address stands for.
enum PeerNetwork {
    /// An IPv4 address itself; of an IPv6 address the first 64 bits, since one connection gives its
    /// user all addresses that begin so (RFC 6177), and each would be a new bucket.
    static func of(_ peer: String) -> String {
        guard peer.contains(":"), !peer.contains(".") else { return peer }
        let parts = peer.prefix { $0 != "%" }.split(
            separator: ":", omittingEmptySubsequences: false)
        // Up to the gap there are the leading groups; behind it a network's own would be zeros.
        let leading = parts.prefix { !$0.isEmpty }.prefix(4)
        return leading.joined(separator: ":") + "::/64"
    }
}
