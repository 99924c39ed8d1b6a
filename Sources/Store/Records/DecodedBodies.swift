import Synchronization

/// What stored texts stand for, as far as they were read a short while ago: a job or a rollout is
/// read many times between two changes, and what is read of the same text is the same value.
final class DecodedBodies: Sendable {
    /// The most texts that are kept; when there are more, all are read again.
    private static let mostTexts = 256
    /// The longest text that is kept, in bytes: with the most of them about as much memory as one
    /// inventory takes.
    private static let longestText = 8 * 1024

    private let values = Mutex<[String: any Sendable]>([:])
    private let count = Mutex(0)

    /// How many texts have been asked for: tests count it, to tell what a question costs.
    var asked: Int { count.withLock { $0 } }

    /// The value that a text stands for.
    func value<Value: Decodable & Sendable>(_ text: String) throws -> Value {
        count.withLock { $0 += 1 }
        if let known = values.withLock({ $0[text] }) as? Value { return known }
        let value: Value = try StoredJSON.value(text)
        guard text.utf8.count <= Self.longestText else { return value }
        values.withLock { values in
            if values.count >= Self.mostTexts { values.removeAll(keepingCapacity: true) }
            values[text] = value
        }
        return value
    }
}
