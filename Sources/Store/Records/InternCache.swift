import Synchronization

/// The numbers of software and of updates that are interned already, so that a scan that shows
/// nothing new costs no query for them.
///
/// A number, once committed, is never changed. It is deleted only by a sweep (`SQLLedger.sweep`),
/// and all that was learned before the latest one is forgotten, so the cache cannot be wrong, only
/// incomplete.
final class InternCache: Sendable {
    /// The most entries, about 40 bytes each: a fleet of 100,000 endpoints has some 300,000
    /// distinct pieces of software, and a tenth of that in updates. When full it is emptied, and
    /// fills again with what is in use.
    static let maximumEntries = 500_000

    private struct Known {
        var numbers: [InternKey: Int64] = [:]
        /// How many sweeps there had been when these were learned.
        var sweeps: String?
    }

    private let known = Mutex(Known())
    /// What stored texts stand for: here, since it lives as long.
    let bodies = DecodedBodies()

    /// The numbers that are known, `nil` where one is not, for a transaction that sees so many
    /// sweeps.
    func numbers(of keys: [InternKey], sweeps: String?) -> [Int64?] {
        known.withLock { known in
            if known.sweeps != sweeps { known = Known(sweeps: sweeps) }
            return keys.map { known.numbers[$0] }
        }
    }

    /// Forgets all numbers: what they stood for is gone.
    func forget() { known.withLock { $0 = Known() } }

    /// Adds numbers that have been committed, by a transaction that saw so many sweeps.
    func add(_ learned: [InternKey: Int64], sweeps: String?) {
        known.withLock { known in
            guard known.sweeps == sweeps else { return }
            if known.numbers.count + learned.count > Self.maximumEntries {
                known.numbers.removeAll()
            }
            known.numbers.merge(learned) { _, new in new }
        }
    }
}

/// What one transaction has learned of interned numbers. Others may know it only after the commit.
final class StagedNumbers {
    /// What has been learned.
    var learned: [InternKey: Int64] = [:]
    /// How many sweeps the transaction saw.
    var sweeps: String?

    /// Shares what has been learned, after the commit.
    func publish(to cache: InternCache) {
        if !learned.isEmpty { cache.add(learned, sweeps: sweeps) }
    }
}

/// Stands for one piece of software, or one update, in the cache: 128 bits of its line, hashed
/// under a key that this process alone knows, so that two lines do not meet by chance, and nobody
/// can make them meet.
struct InternKey: Hashable {
    private let high: UInt64
    private let low: UInt64

    /// The key of a line's bytes.
    init(_ line: UnsafeRawBufferPointer) {
        var first = Hasher()
        first.combine(bytes: line)
        var second = Hasher()
        second.combine(UInt8(1))
        second.combine(bytes: line)
        high = UInt64(bitPattern: Int64(first.finalize()))
        low = UInt64(bitPattern: Int64(second.finalize()))
    }

    /// The bits are evenly spread, so 64 of them do for the table.
    func hash(into hasher: inout Hasher) {
        hasher.combine(low)
    }
}
