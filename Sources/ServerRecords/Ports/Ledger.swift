/// The store as the use cases see it: one closure is one transaction.
///
/// A use case reads as load, decide, commit inside one `write`. Either everything that the closure
/// wrote is there afterwards, durably, or nothing is. The closure runs on a thread that may block,
/// never on a cooperative one; it may run more than once (after a serialization failure), so it
/// must have no effect but through its records.
public protocol Ledger: Sendable {
    /// Whether other processes may use the same database.
    var isShared: Bool { get }

    /// Runs a transaction that only reads, on one consistent snapshot.
    ///
    /// - Throws: what the closure throws, or `LedgerUnavailable`.
    func read<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records) throws -> Answer
    ) async throws -> Answer

    /// Runs a transaction that may write. It has been committed to disk when this returns.
    ///
    /// - Throws: what the closure throws (nothing has been written then), or `LedgerUnavailable`.
    func write<Answer: Sendable>(
        _ body: @escaping @Sendable (any Records) throws -> Answer
    ) async throws -> Answer
}

extension Ledger {
    /// Unless it says otherwise, one process has it alone.
    public var isShared: Bool { false }
}

/// Everything that a transaction can read and write, in narrow parts.
public typealias Records = ActorRecords & ApprovalRecords & AuditRecords & BundleRecords
    & CheckInRecords
    & DeploymentRecords & DirectoryRecords & EmergencyRecords & EndpointRecords & EvidenceRecords
    & ExceptionRecords & IdentityRecords
    & IntelligenceRecords & InventoryRecords & JobRecords & NoticeRecords & PlanRecords
    & PolicyRecords
    & PurgeRecords & RequestRecords & RolloutRecords & SessionRecords & SettingRecords
    & TraitRecords & TriageRecords & TrustRecords
    & VerdictNumberRecords & VerdictRecords & VersionRecords & WakeRecords & WorkRecords

/// The database cannot be reached, is full, or is of another version.
public struct LedgerUnavailable: Error, Hashable, Sendable {
    /// The reasons.
    public enum Reason: String, Sendable {
        /// The database does not answer.
        case unreachable
        /// There is no room left on its disk.
        case diskFull
        /// It was made by a newer version of Patchbay.
        case newerSchema
        /// Its file is damaged, or is no database.
        case corrupt
        /// It is being used in a way that excludes this one.
        case busy
        /// So many transactions wait already that another would only wait too.
        case overloaded
        /// Anything else; `detail` has the database's words.
        case other
    }

    /// The reason.
    public let reason: Reason
    /// The database's own words.
    public let detail: String

    /// A database that cannot be used.
    public init(reason: Reason, detail: String) {
        self.reason = reason
        self.detail = detail
    }
}
