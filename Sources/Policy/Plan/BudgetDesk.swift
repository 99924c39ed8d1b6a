import Calendar
import Fleet

/// Gives the endpoints of one ring their turns: as many at once as the budget allows, and in each
/// opening only what ends in it.
struct BudgetDesk {
    /// One endpoint's work at one time.
    struct Session {
        var items: [PlanItem]
        var startsAt: Timestamp
        var endsAt: Timestamp
    }

    /// What an opening uses of a budget.
    struct Use {
        var site: String?
        var opensAt: Timestamp
        var peak: Int
        var limit: Int
    }

    private let stepper: PlanStepper
    private let ring: Ring?
    /// Where a budget is counted, and how many may work there at once; empty without a budget.
    private var limits: [String: Int] = [:]
    /// When each of the places at work is free again.
    private var places: [String: [Timestamp]] = [:]
    private let countsSites: Bool
    /// The work that is left, by start, then endpoint.
    private var queue: [(start: Timestamp, endpoint: Int, items: [PlanItem])] = []
    /// What waits past the end of the plan.
    private(set) var waiting: [(endpoint: Int, decision: Decision)] = []
    /// What a budget of nobody keeps for good.
    private(set) var shutOut: [(item: PlanItem, hold: DecisionContext.TurnHold)] = []
    /// Endpoints whose work the budget has pushed past the end of the plan.
    private(set) var crowdedOut: Set<Int> = []

    init(_ stepper: PlanStepper, ring: Ring?, members: [Int]) {
        self.stepper = stepper
        self.ring = ring
        countsSites = ring?.budget?.scope == .site
        guard let budget = ring?.budget else { return }
        let groups = Dictionary(grouping: members) { [countsSites] in
            countsSites ? stepper.endpoints[$0].subject.site ?? "" : ""
        }
        limits = groups.mapValues { budget.limit(of: $0.count) }
    }

    /// Places all items; what finds no time is in `waiting` afterwards.
    mutating func place(_ items: [PlanItem]) -> [Session] {
        for item in items { enqueue(item) }
        var sessions: [Session] = []
        while !queue.isEmpty {
            let next = queue.removeFirst()
            if let session = session(next.start, next.endpoint, next.items) {
                sessions.append(session)
            }
        }
        return sessions
    }

    /// As much of an endpoint's work as ends in the opening; the rest goes into a later one.
    private mutating func session(
        _ wanted: Timestamp, _ endpoint: Int, _ items: [PlanItem]
    ) -> Session? {
        let group = group(of: endpoint)
        if limits[group] == 0, let ring {
            let site = countsSites ? group : nil
            let hold = DecisionContext.TurnHold.budget(
                ring: ring.name, site: site, atWork: 0, limit: 0)
            for item in items { shutOut.append((item, hold)) }
            crowdedOut.insert(endpoint)
            return nil
        }
        let slot = freePlace(group)
        let start = max(wanted, slot?.free ?? wanted)
        let closes = items.first.flatMap { stepper.opening($0)?.stretch.closes }
        let split = fitting(items, from: start, closes: closes)
        if let closes {
            for item in split.left { postpone(item, after: closes, isCrowded: start > wanted) }
        }
        guard !split.taken.isEmpty else { return nil }
        // What takes no time still takes a place for a moment; an endpoint that reboots is not
        // back before its reboot is over.
        let end = start.adding(seconds: max(1, split.seconds + reboot(split.taken)))
        if let slot { places[group]?[slot.index] = end }
        return Session(items: split.taken, startsAt: start, endsAt: end)
    }

    /// The items, the most urgent first, that end before the opening closes.
    private func fitting(
        _ items: [PlanItem], from start: Timestamp, closes: Timestamp?
    ) -> (taken: [PlanItem], left: [PlanItem], seconds: Int64) {
        let urgent = items.sorted { left, right in
            let far = Timestamp(milliseconds: .max)
            let (one, other) = (left.decision, right.decision)
            if (one.dueAt ?? far) != (other.dueAt ?? far) {
                return (one.dueAt ?? far) < (other.dueAt ?? far)
            }
            return (one.update.classes.first ?? .feature, one.update.key)
                < (other.update.classes.first ?? .feature, other.update.key)
        }
        guard let closes else { return (urgent, [], seconds(urgent)) }
        var taken: [PlanItem] = []
        var left: [PlanItem] = []
        for item in urgent {
            let total = seconds(taken + [item]) + reserve(taken + [item])
            // What has begun is not cut off.
            if item.order == .begun || start.adding(seconds: total) <= closes {
                taken.append(item)
            } else {
                left.append(item)
            }
        }
        return (taken, left, seconds(taken))
    }

    private func seconds(_ items: [PlanItem]) -> Int64 {
        items.reduce(0) { $0 + work($1).seconds }
    }

    /// One reboot ends a session, whatever it held.
    private func reserve(_ items: [PlanItem]) -> Int64 {
        items.map { work($0).rebootReserveSeconds }.max() ?? 0
    }

    /// How long the reboot lasts that a session is known to end with.
    private func reboot(_ items: [PlanItem]) -> Int64 {
        let isNeeded = items.contains {
            stepper.endpoints[$0.endpoint].updates[$0.update].needsReboot == true
        }
        return isNeeded ? reserve(items) : 0
    }

    /// The estimate, cut where sums could overflow: nothing takes longer than a window may last.
    private func work(_ item: PlanItem) -> WorkEstimate {
        let given = stepper.endpoints[item.endpoint].updates[item.update].context.work
        return WorkEstimate(
            seconds: min(given.seconds, MaintenanceWindow.maximumLengthSeconds),
            rebootReserveSeconds: min(
                given.rebootReserveSeconds, MaintenanceWindow.maximumLengthSeconds))
    }

    private mutating func postpone(_ item: PlanItem, after closes: Timestamp, isCrowded: Bool) {
        switch stepper.outcome(item.endpoint, item.update, notBefore: closes) {
        case .planned(var later) where later.startsAt > item.startsAt:
            later.approvedAt = item.approvedAt
            enqueue(later)
        case .planned: giveUp([item], isCrowded: isCrowded)
        case .waiting(let decision):
            waiting.append((item.endpoint, decision))
            if isCrowded { crowdedOut.insert(item.endpoint) }
        }
    }

    private mutating func giveUp(_ items: [PlanItem], isCrowded: Bool) {
        for item in items {
            waiting.append((item.endpoint, item.decision))
            if isCrowded { crowdedOut.insert(item.endpoint) }
        }
    }

    private mutating func enqueue(_ item: PlanItem) {
        let key = (item.startsAt, item.endpoint)
        var low = 0
        var high = queue.count
        while low < high {
            let middle = (low + high) / 2
            if (queue[middle].start, queue[middle].endpoint) < key {
                low = middle + 1
            } else {
                high = middle
            }
        }
        if low < queue.count, (queue[low].start, queue[low].endpoint) == key {
            queue[low].items.append(item)
        } else {
            queue.insert((item.startsAt, item.endpoint, [item]), at: low)
        }
    }

    private func group(of endpoint: Int) -> String {
        countsSites ? stepper.endpoints[endpoint].subject.site ?? "" : ""
    }

    /// The place at work that is free first; `nil` without a budget.
    private mutating func freePlace(_ group: String) -> (index: Int, free: Timestamp)? {
        guard let limit = limits[group], limit > 0 else { return nil }
        var list = places[group] ?? Array(repeating: stepper.from, count: limit)
        if list.count < limit { list.append(stepper.from) }
        places[group] = list
        return list.indices.min { list[$0] < list[$1] }.map { ($0, list[$0]) }
    }

    /// How much of the budget each opening uses: sessions that overlap, by place and opening.
    func use(of sessions: [Session]) -> [Use] {
        guard !limits.isEmpty else { return [] }
        var byOpening: [String: [Timestamp: [Session]]] = [:]
        for session in sessions {
            guard let item = session.items.first else { continue }
            let opens = stepper.opening(item)?.stretch.opens ?? session.startsAt
            byOpening[group(of: item.endpoint), default: [:]][opens, default: []].append(session)
        }
        return byOpening.flatMap { group, openings in
            openings.map { opens, list in
                Use(
                    site: countsSites ? group : nil, opensAt: opens, peak: Self.peak(list),
                    limit: limits[group] ?? 0)
            }
        }
    }

    private static func peak(_ sessions: [Session]) -> Int {
        let starts = sessions.map { ($0.startsAt, 1) }
        let ends = sessions.map { ($0.endsAt, -1) }
        // An end at the instant of a start makes room for it.
        let changes = (starts + ends).sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }
        var (now, most) = (0, 0)
        for change in changes {
            now += change.1
            most = max(most, now)
        }
        return most
    }
}
