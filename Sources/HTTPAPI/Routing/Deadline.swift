/// Ends work that takes too long.
enum Deadline {
    /// The time is up.
    struct Passed: Error {}

    /// Runs work that obeys cancellation, for so many seconds at most.
    ///
    /// - Throws: what the work throws, or `Passed`.
    static func run<Value: Sendable>(
        seconds: Int64, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: .seconds(seconds))
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else { throw Passed() }
            return value
        }
    }
}
