import Fleet
import Logging
import Policy
import Synchronization

extension RebootDesk: PeopleAnswering {
    /// The shortest and longest time for which a reboot is put off at once, in seconds: a minute,
    /// and a day.
    static let deferralLimits: ClosedRange<Int64> = 60...86_400

    func answer(_ request: PeopleRequest, from asker: Asker) -> PeopleAnswer {
        var refusal: String?
        do throws(StateFolderFailure) {
            refusal = try obey(request, asker)
        } catch {
            logger.error("\(error)")
            refusal = "The agent could not note it on its disk: \(error.message)"
        }
        if request.ask != .status { look() }
        return PeopleAnswer(refusal: refusal, status: content.withLock { $0.status })
    }

    /// Does what is asked; returns why not, when it does not.
    private func obey(_ request: PeopleRequest, _ asker: Asker) throws(StateFolderFailure)
        -> String?
    {
        if request.ask == .status { return nil }
        let (isPending, memory, sessions) = content.withLock {
            ($0.status.isPending, $0.memory, $0.sessions)
        }
        guard isPending, let memory else { return "No reboot is planned." }
        guard memory.orderedAt == nil else { return "The endpoint reboots already." }
        guard asker.user == 0 || sessions.contains(where: { $0.user == asker.user }) else {
            return
                "Only somebody with a session on this endpoint, and its administrator, may say that."
        }
        let user = "\(asker.user)"
        switch request.ask {
        case .status: return nil
        case .shown:
            let now = effects.now()
            try change { if $0.shown[user] == nil { $0.shown[user] = now } }
        case .acknowledge:
            let now = effects.now()
            try change { memory in
                if memory.shown[user] == nil { memory.shown[user] = now }
                if !memory.acknowledgedBy.contains(user) { memory.acknowledgedBy.append(user) }
            }
        case .agree:
            let now = effects.now()
            try change { memory in
                if memory.shown[user] == nil { memory.shown[user] = now }
                memory.deferredUntil = nil
                memory.isAgreed = true
            }
        case .defer:
            return try putOff(request.seconds ?? 3600)
        }
        return nil
    }

    private func putOff(_ seconds: Int64) throws(StateFolderFailure) -> String? {
        guard Self.deferralLimits.contains(seconds) else {
            return "A reboot can be put off for a minute to a day at once."
        }
        let now = effects.now()
        let (rule, memory) = content.withLock { ($0.terms?.rule, $0.memory) }
        guard let rule, let memory else { return "No reboot is planned." }
        guard memory.deferrals < rule.deferrals else {
            return "It has been put off \(memory.deferrals) times, and may be no more."
        }
        let deadline = rule.deadline.map { memory.neededSince.adding(seconds: $0.seconds) }
        if let deadline, deadline <= now { return "Its deadline (\(time(deadline))) has passed." }
        let until = now.adding(seconds: seconds)
        try change { memory in
            memory.beginNewWarning()
            memory.deferrals += 1
            memory.deferredUntil = min(until, deadline ?? until)
        }
        content.withLock { content in
            content.status.deferralsLeft = max(0, rule.deferrals - memory.deferrals - 1)
            content.status.deferredUntil = min(until, deadline ?? until)
            content.status.rebootAt = content.status.deferredUntil
            content.status.warning = nil
            content.status.sentence =
                "The reboot was put off until \(time(min(until, deadline ?? until)))."
        }
        return nil
    }
}
