import Calendar
import Fleet
import Policy

/// Finds what is well written and cannot work: windows that never open, rules that never match,
/// gates that are never met.
struct PolicyAdvice {
    let located: LocatedPolicy
    let all: [LocatedPolicy]
    let list: DiagnosticList
    let now: Timestamp?
    let toleratesIdleLanes: Bool

    var policy: PatchPolicy { located.policy }
    var places: PolicyPlaces { located.places }

    func run() {
        checkConditions()
        checkLanes()
        checkLengths()
        checkUse()
        checkDetection()
        checkGates()
        checkReboot()
        checkExceptions()
    }

    // MARK: Conditions

    private func checkConditions() {
        if let why = policy.applies.impossibility {
            list.error(places.applies, "no endpoint can fit “applies”: \(why)")
        }
        guard places.rules.count == policy.rules.count else { return }
        for (index, rule) in policy.rules.enumerated() {
            let place = places.rules[index].when
            for number in rule.when.malformedVulnerabilities {
                list.error(place, "“\(number.prefix(40))” is no CVE number such as CVE-2026-1234")
            }
            if let why = rule.when.impossibility {
                list.warning(place, "no update can fit this rule: \(why)")
                continue
            }
            let earlier = policy.rules[..<index].firstIndex {
                ExpressionLogic.covers($0.when, rule.when)
            }
            if let earlier {
                list.warning(
                    place,
                    "this rule never decides: the one in line \(places.rules[earlier].when.line) "
                        + "takes every update that it could match")
            }
        }
        for (rule, places) in zip(policy.rules, places.rules) where policy.inherits == nil {
            let lane = rule.treatment.lane
            if self.places.lanes[lane] == nil, !rule.treatment.approval.denies {
                list.warning(
                    places.lane,
                    "the lane “\(lane.rawValue)” is not among “lanes”; the next slower one is taken"
                )
            }
        }
    }

    // MARK: Windows

    private func checkLanes() {
        let dead = deadWindows()
        for (name, reason) in dead {
            list.warning(
                places.windows[name] ?? places.start,
                "the window “\(name)” never opens again. \(reason.sentence)")
        }
        for lane in Lane.allCases {
            guard let place = places.lanes[lane] else { continue }
            let names = policy.lanes.route(of: lane).windows.map(\.text)
            let own = policy.windows.filter { names.contains($0.name) }
            // Inherited windows, and those that could not be read, are not judged here.
            guard !names.isEmpty, own.count == Set(names).count else { continue }
            if own.allSatisfy({ dead[$0.name] != nil }) {
                let message =
                    "no window of the lane “\(lane.rawValue)” ever opens, so it never runs"
                if toleratesIdleLanes {
                    list.warning(place, message)
                } else {
                    list.error(place, message)
                }
            } else if !own.contains(where: { $0.kinds.contains(.install) }) {
                list.error(
                    place, "no window of the lane “\(lane.rawValue)” allows installing (“install”)")
            } else if own.allSatisfy(\.countsFromRelease) {
                list.warning(
                    place,
                    "every window of the lane “\(lane.rawValue)” counts from a release and opens "
                        + "once for an update: what misses it (a later ring, a late approval, an "
                        + "endpoint that was busy) is not installed any more; give the lane another "
                        + "window too")
            }
        }
    }

    /// Windows in which the least installation does not end: one update of no size, and what is kept
    /// back for a reboot. A window of just that length would have to be met in its first second.
    private func checkLengths() {
        let reboots = (policy.reboot?.mode ?? .never) != .never
        let least = WorkFigures.estimate(lines: 1, bytes: 0, reboots: reboots)
        for window in policy.windows
        where window.kinds.contains(.install) && window.lengthSeconds <= least.totalSeconds {
            let reserve = TimeSpan.seconds(least.rebootReserveSeconds)
            list.warning(
                places.windows[window.name] ?? places.start,
                "the window “\(window.name)” is by itself too short for any update: one takes "
                    + "\(TimeSpan.seconds(least.seconds))"
                    + (reboots ? ", and \(reserve) are kept back for a reboot" : ""))
        }
    }

    /// The windows that never open again, and why. Zones move an opening by hours, which cannot
    /// bring a date back; so every zone is taken for UTC.
    private func deadWindows() -> [String: NeverOpens] {
        guard let now else { return [:] }
        var dead: [String: NeverOpens] = [:]
        for var window in policy.windows {
            window.zone = .endpoint
            let freezes = policy.freezes.map { freeze in
                var freeze = freeze
                freeze.zone = nil
                return freeze
            }
            // A day's leave: somewhere it is still yesterday.
            let since = now.adding(seconds: -86_400)
            let schedule = try? WindowSchedule(
                window, freezes: freezes, zones: Zones(endpoint: .utc))
            if let reason = schedule?.neverOpens(from: since) { dead[window.name] = reason }
        }
        return dead
    }

    private func checkUse() {
        let heirs = all.filter { $0.policy.name == policy.name || inherits($0.policy) }
        let windows = Set(heirs.flatMap(\.places.windowReferences).map(\.name.text))
        for (name, place) in places.windows where !windows.contains(name) {
            list.warning(place, "no lane uses the window “\(name)”")
        }
        let rings = Set(heirs.flatMap(\.places.ringReferences).map(\.name.text))
        for (name, place) in places.rings where !rings.contains(name) {
            list.warning(place, "no lane uses the rings “\(name)”")
        }
    }

    /// Whether another policy of the file has this one among those that it inherits.
    private func inherits(_ other: PatchPolicy) -> Bool {
        var seen: Set<PolicyName> = [other.name]
        var next = other.inherits
        while let name = next, seen.insert(name).inserted {
            if name == policy.name { return true }
            next = all.first { $0.policy.name == name }?.policy.inherits
        }
        return false
    }

    // MARK: Rings

    private func checkGates() {
        for (name, rings) in policy.rings {
            guard let elements = places.ringElements[name], elements.count == rings.count else {
                continue
            }
            for (ring, place) in zip(rings, elements) { check(ring, place) }
            checkTurns(rings, elements)
            if let place = places.rings[name.text] {
                checkSoaks(rings, of: name, place)
                checkEmergency(rings, of: name, place)
            }
            let shares = rings.reduce(0) { sum, ring in
                if case .share(let share) = ring.members { return sum + share.basisPoints }
                return sum
            }
            if shares == Percentage.whole, rings.last?.members == .rest, let place = elements.last {
                list.warning(place, "the shares before it come to 100%: nobody is left for “rest”")
            }
        }
    }

    /// Rings of which “applies” or an earlier ring leaves nobody: an endpoint is in the first ring
    /// of the list that takes it.
    private func checkTurns(_ rings: [Ring], _ elements: [Place]) {
        for (index, (ring, place)) in zip(rings, elements).enumerated() {
            guard case .matching(let members) = ring.members,
                members.impossibility == nil, policy.applies.impossibility == nil
            else { continue }
            if policy.applies.narrowed(to: members).impossibility != nil {
                list.warning(
                    place,
                    "nobody can be in the ring “\(ring.name)”: its members and “applies” exclude "
                        + "each other")
                continue
            }
            let earlier = rings[..<index].first { other in
                guard case .matching(let taken) = other.members else { return false }
                return ExpressionLogic.covers(taken, members)
            }
            if let earlier {
                list.warning(
                    place,
                    "nobody is left for the ring “\(ring.name)”: the ring “\(earlier.name)” takes "
                        + "everybody that it could")
            } else if let most = policy.applies.mostEndpoints, let gate = ring.gate,
                gate.minimum > most
            {
                list.warning(
                    place,
                    "the gate of “\(ring.name)” cannot be met: it asks for \(gate.minimum) verified "
                        + "endpoints, and “applies” names \(most)")
            }
        }
    }

    /// Soaks for which no deadline leaves the time.
    private func checkSoaks(_ rings: [Ring], of name: PolicyName, _ place: Place) {
        let all = rings.dropLast().reduce(Int64(0)) { $0 + $1.soak.seconds }
        let most = policy.sla.compactMap { SLAPreset(rawValue: $0.text)?.longestSeconds }.min()
        guard let most, all > most else { return }
        list.warning(
            place,
            "the soaks of “\(name)” come to \(TimeSpan.measured(all)), and its deadlines leave "
                + "\(TimeSpan.measured(most)) at most: they are shortened, down to "
                + "\(SoakShortening.shortest.inWords) each, so that due dates are kept")
    }

    /// Rings that only their soak keeps apart, in the emergency lane, which waits out none.
    private func checkEmergency(_ rings: [Ring], of name: PolicyName, _ place: Place) {
        let isUsed =
            policy.lanes.emergency != nil
            || policy.rules.contains { $0.treatment.lane == .emergency }
        guard isUsed, policy.lanes.route(of: .emergency).rings == name,
            let open = rings.dropLast().first(where: { $0.soak.seconds > 0 && $0.gate == nil })
        else { return }
        list.warning(
            place,
            "the emergency lane takes the rings “\(name)” and does not wait out their soaks: “"
                + "\(open.name)” has no gate, so the next ring opens as soon as its endpoints have "
                + "ended, not after \(TimeSpan.measured(open.soak.seconds))")
    }

    private func check(_ ring: Ring, _ place: Place) {
        guard case .matching(let members) = ring.members else { return checkHealth(ring, place) }
        if let why = members.impossibility {
            list.error(place, "no endpoint can be in the ring “\(ring.name)”: \(why)")
        } else if let most = members.mostEndpoints, let gate = ring.gate, gate.minimum > most {
            list.error(
                place,
                "the gate of “\(ring.name)” cannot be met: it asks for \(gate.minimum) verified "
                    + "endpoints, and the ring names \(most)")
        }
        checkHealth(ring, place)
    }

    private func checkHealth(_ ring: Ring, _ place: Place) {
        let hasProbes = policy.after.map { !$0.probes.isEmpty } ?? (policy.inherits != nil)
        if ring.gate?.healthy != nil, !hasProbes {
            list.warning(
                place,
                "the gate of “\(ring.name)” asks for healthy endpoints, and “after” has no probes "
                    + "to tell by")
        }
    }

    private func checkReboot() {
        guard let reboot = policy.reboot, reboot.mode != .never, !policy.windows.isEmpty,
            policy.inherits == nil,
            !policy.windows.contains(where: { $0.kinds.contains(.reboot) })
        else { return }
        list.warning(
            places.reboot, "no window allows a reboot (“reboot”), so that none ever happens")
    }

    private func checkExceptions() {
        guard let now else { return }
        for located in located.exceptions where located.exception.expiresAt <= now {
            list.warning(
                located.place,
                "the exception “\(located.exception.name)” ended on \(located.until) and holds no "
                    + "more; renew it or take it out")
        }
    }
}

extension SLAPreset {
    /// How long its longest row leaves, in seconds, from the beginning of a year; `nil` where no row
    /// has a length.
    fileprivate var longestSeconds: Int64? {
        let start = Timestamp(seconds: 0)
        return figures.filter { $0.outcome == .remediateBy || $0.outcome == .remediateOrPlanBy }
            .compactMap { $0.period?.end(from: start).seconds(since: start) }.max()
    }
}
