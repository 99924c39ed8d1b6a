public import Fleet

/// How soaks are shortened for a due date, in plans and in rollouts alike.
public enum SoakShortening {
    /// What is left of a soak at least: an hour, in which what breaks at once is seen.
    public static let shortest = TimeSpan.hours(1)

    /// How long a ring is watched, in seconds, so that all soaks that are left end by the due
    /// date: each is shortened by the same share, and never below the shortest.
    ///
    /// - Parameters:
    ///   - wanted: This ring's soak by the policy.
    ///   - all: What it and the rings after it want together.
    ///   - left: The time to the due date.
    ///   - shortest: What is left of it at least.
    /// - Returns: the seconds that are left of it.
    public static func seconds(
        wanted: Int64, ofAll all: Int64, left: Int64, shortest: Int64 = shortest.seconds
    ) -> Int64 {
        let left = max(0, left)
        guard left < all else { return wanted }
        return min(wanted, max(shortest, wanted * left / all))
    }
}
