/// Waits until the task that it runs in is cancelled, as something that hangs does, and leaves the
/// processor to others meanwhile.
public func untilCancelled() async {
    while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
}

/// Waits until something is so, however long a busy machine takes for it; a test that hangs is ended
/// by whoever runs the tests.
public func until(
    isolation: isolated (any Actor)? = #isolation, _ isSo: () -> Bool
) async {
    // Often enough that no test is slow for it, and seldom enough to cost nothing.
    while !isSo(), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
}
