import Synchronization

/// A value that several threads may read and set.
final class SharedValue<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    init(_ value: Value) {
        stored = Mutex(value)
    }

    func get() -> Value {
        stored.withLock { $0 }
    }

    func set(_ value: Value) {
        stored.withLock { $0 = value }
    }
}
