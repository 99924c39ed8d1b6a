import Fleet

/// What must be known of a reboot that waits, over the agent's lives and over the reboot itself.
struct RebootMemory: Hashable, Sendable, Codable {
    /// When the need arose.
    var neededSince: Timestamp
    /// By user number, when the present warning was first shown to the user.
    var shown: [String: Timestamp] = [:]
    /// Which reminders of the present warning have been shown, in seconds before the reboot.
    var reminded: [Int64] = []
    /// Who has acknowledged the present warning.
    var acknowledgedBy: [String] = []
    /// How often people have put it off.
    var deferrals = 0
    /// Until when they have.
    var deferredUntil: Timestamp?
    /// Whether somebody has agreed to a reboot now.
    var isAgreed = false
    /// How often the endpoint was rebooted for this need.
    var attempts = 0
    /// When the reboot was ordered, and in which boot.
    var orderedAt: Timestamp?
    var orderedInBoot: String?
    /// When this boot was first seen after the reboot.
    var backAt: Timestamp?
    var backInBoot: String?

    init(neededSince: Timestamp) {
        self.neededSince = neededSince
    }

    /// A reboot that has come, or will not, is under way no more.
    mutating func forgetOrder() {
        orderedAt = nil
        orderedInBoot = nil
    }

    /// A warning that was shown before a deferral or reboot does not count for the next.
    mutating func beginNewWarning() {
        shown = [:]
        reminded = []
        acknowledgedBy = []
        isAgreed = false
    }
}

/// The files of reboots in the state folder.
struct RebootFiles: Sendable {
    private static let memory = "reboot/waiting.json"
    private static let history = "reboot/history.json"
    /// The largest file that is read, in bytes: a warning to 1,000 users has 40 KB.
    private static let limit = 1 << 20

    let state: any StateFolder

    /// What waits; `nil` when nothing does, or when its file cannot be read: then it begins anew,
    /// and people are warned once more.
    func readMemory() -> RebootMemory? {
        guard let bytes = try? state.read(Self.memory, limit: Self.limit) else { return nil }
        return AgentJSON.decode(RebootMemory.self, from: bytes)
    }

    func write(_ memory: RebootMemory?) throws(StateFolderFailure) {
        guard let memory, let bytes = AgentJSON.encode(memory) else {
            try state.remove(Self.memory)
            return
        }
        try state.replace(Self.memory, with: bytes)
    }

    /// The reboots of the last day. A counter that cannot be read counts as used up: better a
    /// reboot too late than a loop.
    func readHistory(mostInDay: Int, at now: Timestamp) -> [Timestamp] {
        let usedUp = Array(repeating: now, count: mostInDay)
        let bytes: [UInt8]?
        do {
            bytes = try state.read(Self.history, limit: Self.limit)
        } catch {
            return usedUp
        }
        guard let bytes else { return [] }
        guard let history = AgentJSON.decode([Timestamp].self, from: bytes) else {
            // Written down, so that the day passes.
            _ = try? write(history: usedUp)
            return usedUp
        }
        let limit = now.adding(seconds: -86_400)
        return history.filter { $0 > limit }
    }

    func write(history: [Timestamp]) throws(StateFolderFailure) {
        guard let bytes = AgentJSON.encode(history) else { return }
        try state.replace(Self.history, with: bytes)
    }
}
