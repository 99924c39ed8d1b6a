/// How long a test waits for something that happens by itself: far longer than it takes, so that a
/// crowded machine does not fail a test, and short enough that a hang ends.
enum Patience {
    static let normal = Duration.seconds(240)
    /// How often it is looked.
    static let look = Duration.milliseconds(250)
}

/// Looks again and again until there is an answer.
///
/// - Throws: `LabFailure` with `what` and the last thing that was seen, when the patience is over.
func eventually<Answer>(
    _ what: String, within patience: Duration = Patience.normal,
    isolation: isolated (any Actor)? = #isolation,
    seen: () -> String = { "" }, _ look: () async throws -> Answer?
) async throws -> Answer {
    let clock = ContinuousClock()
    let end = clock.now + patience
    while clock.now < end {
        if let answer = try await look() { return answer }
        try await Task.sleep(for: Patience.look)
    }
    throw LabFailure("It did not happen within \(patience) that \(what). \(seen())")
}

/// Looks again and again until something is so.
func eventually(
    _ what: String, within patience: Duration = Patience.normal,
    isolation: isolated (any Actor)? = #isolation,
    _ look: () async throws -> Bool
) async throws {
    try await eventually(what, within: patience) { try await look() ? () : nil }
}
