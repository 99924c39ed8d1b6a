import Fleet

/// What an endpoint must be like at the moment in which an installation begins.
///
/// Nothing that has begun is broken off when it changes.
public struct ReadinessRule: Hashable, Sendable, Codable {
    /// Where the power comes from.
    public enum Power: String, Hashable, Sendable, Codable, CaseIterable {
        /// From the mains. A machine without a battery always is on it.
        case mains
    }

    /// Who may be at the endpoint.
    public enum People: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nobody who is at work: each session is locked or idle.
        case away
        /// Nobody with a session at all.
        case nobody = "none"
    }

    /// What the connection is like.
    public enum Network: String, Hashable, Sendable, Codable, CaseIterable {
        /// Not paid for by what it carries.
        case unmetered
    }

    /// Where the power must come from; `nil` when it does not matter.
    public var power: Power?
    /// Who may be at the endpoint; `nil` when it does not matter.
    public var people: People?
    /// What the connection must be like; `nil` when it does not matter.
    public var network: Network?
    /// The highest load, in hundredths of a percent of what the processors can do; `nil` when it
    /// does not matter.
    public var load: Int?
    /// How much must be free on each disk that packages are unpacked to; `nil` when it does not
    /// matter beyond what the packages need.
    public var freeDisk: FreeSpace?

    /// The loads that can be asked for: of nothing at all no processor ever is.
    public static let loads = 100...10_000

    /// A rule.
    public init(
        power: Power? = nil, people: People? = nil, network: Network? = nil, load: Int? = nil,
        freeDisk: FreeSpace? = nil
    ) {
        self.power = power
        self.people = people
        self.network = network
        self.load = load
        self.freeDisk = freeDisk
    }

    /// What an endpoint waits for, as a sentence; `nil` when it is as it should be.
    public func waiting(_ found: Surroundings) -> String? {
        let reasons = [
            powerClause(found.power), peopleClause(found.people), networkClause(found.isMetered),
            loadClause(found.load), diskClause(found.disks),
        ].compactMap { $0 }
        guard !reasons.isEmpty else { return nil }
        return "Waits until the endpoint is as the policy wants it: "
            + reasons.joined(separator: "; ") + "."
    }

    private func powerClause(_ found: Fleet.Power) -> String? {
        guard power == .mains, !found.onMains else { return nil }
        let charge = found.batteryPercent.map { " (\($0)%)" } ?? ""
        return "it runs on battery\(charge), and must run on mains power"
    }

    /// How many people are named: a sentence, not a list.
    private static let namedPeople = 3

    private func peopleClause(_ found: [Surroundings.Person]) -> String? {
        let there: [Surroundings.Person]
        let words: String
        switch people {
        case nil: return nil
        case .away?:
            there = found.filter { !$0.isAway }
            words = "at work on it, and every session must be locked or idle"
        case .nobody?:
            there = found
            words = "signed in, and nobody must be"
        }
        guard !there.isEmpty else { return nil }
        var names: [String] = []
        for person in there where !names.contains(person.name) { names.append(person.name) }
        let shown = names.prefix(Self.namedPeople).joined(separator: ", ")
        let more = names.count - Self.namedPeople
        return "\(shown)\(more > 0 ? " and \(more) more" : "") \(names.count > 1 ? "are" : "is") "
            + words
    }

    private func networkClause(_ isMetered: Bool) -> String? {
        network == .unmetered && isMetered
            ? "its connection is metered, and must not be" : nil
    }

    private func loadClause(_ found: Int?) -> String? {
        guard let load, let found, found > load else { return nil }
        return "the load of the last five minutes is \(Self.percent(found)) of its processors, and "
            + "must be at most \(Self.percent(load))"
    }

    private static func percent(_ hundredths: Int) -> String { "\((hundredths + 50) / 100)%" }

    private func diskClause(_ found: [Disk]) -> String? {
        guard let freeDisk,
            let least = found.filter({ $0.freeBytes < freeDisk.bytes })
                .min(by: { $0.freeBytes < $1.freeBytes })
        else { return nil }
        return "\(least.freeBytes / 1_000_000) MB are free on \(least.mountPoint), and "
            + "\(freeDisk) must be"
    }
}
