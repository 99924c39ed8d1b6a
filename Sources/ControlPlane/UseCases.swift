public import Findings
public import ServerRecords
public import Trust

/// The control plane's use cases, one file each: load, decide, commit. Whatever reaches the store
/// goes through here, whether it comes from an agent, the API, the dashboard or the command line.
///
/// It is a class, and not a value as nearly all else, because every call carries it along several
/// times, and each copy of all that it holds takes dozens of counted references.
public final class UseCases: Sendable {
    /// The store.
    public let ledger: any Ledger
    /// Time and randomness.
    public let effects: Effects
    /// The keys of this installation.
    public let keys: ServerKeys
    /// Wakes long polls and live pages of this process.
    public let signals: Signals
    /// Slows down who guesses passwords.
    public let throttle: SignInThrottle
    /// Bounds what endpoints can have stored.
    public let inventoryQuota = InventoryQuota()
    /// Where passwords are hashed, a few at a time.
    public let passwords: PasswordWorker
    /// The policies that are ready for use.
    public let policyShelf = PolicyShelf()
    /// The verdicts that are ready for use.
    package let verdictShelf = VerdictShelf()
    /// Where verdict feeds come from; `nil` where nothing is fetched.
    package let verdictSource: (any VerdictFetching)?
    /// What rings have shown that policies ask for.
    let twinShelf = TwinShelf()
    /// What is decided about fleets, for pages.
    package let decisionBoard = DecisionBoard()
    /// Which endpoint has which vulnerability.
    public let findings = FleetFindings()
    /// Lets one change of the feeds come after the other.
    package let feedTurn = Turn()
    /// What this process has of the feeds.
    package let feedBook = FeedBook()
    /// Where the content of feeds is kept; `nil` where there is no such place.
    package let shelf: (any FeedShelf)?
    /// Where check-ins wait for their shared transaction.
    let checkInDesk = CheckInDesk()
    /// Which endpoints have been told to scan.
    let scanAsks = ScanAsks()
    /// Where the steps of rollouts wait for one another.
    let rolloutDesk = RolloutDesk()
    let peerDesk = PeerDesk()
    /// When each tenant was looked at last.
    let steeringDesk = SteeringDesk()
    /// The signing keys, and what is new for endpoints.
    let trust: TrustDesk

    /// The use cases over a store. `signingKeys` reads the keys of managed mode that the home
    /// folder holds; it is called seldom, and again after the trust root has changed.
    public init(
        ledger: any Ledger, effects: Effects, keys: ServerKeys, signals: Signals,
        throttle: SignInThrottle = SignInThrottle(), passwords: PasswordWorker = PasswordWorker(),
        shelf: (any FeedShelf)? = nil, verdictSource: (any VerdictFetching)? = nil,
        signingKeys: @escaping @Sendable () throws -> [SigningKey] = { [] }
    ) {
        trust = TrustDesk(loadKeys: signingKeys)
        self.ledger = ledger
        self.effects = effects
        self.keys = keys
        self.signals = signals
        self.throttle = throttle
        self.passwords = passwords
        self.shelf = shelf
        self.verdictSource = verdictSource
    }
}
