import AgentProtocol
import Fleet
import Policy
import Rollout

extension RebootTerms {
    /// The terms that come with an order; `nil` when it says nothing.
    init?(of order: JobOrder, at now: Timestamp) {
        guard let care = order.aftercare, care.fault == nil else { return nil }
        self.init(rule: care.rule, opening: Opening(care.windows, at: now), check: care.check)
    }

    /// The terms for several jobs that wait for one reboot. People are treated by the most
    /// considerate of them, and the narrowest opening counts; a job whose terms say never has no
    /// part in whether there is a reboot.
    init?(joining all: [RebootTerms]) {
        guard let first = all.first else { return nil }
        let willing = all.filter { $0.rule.mode != .never }
        let check = HealthCheck(
            probes: all.flatMap(\.check.probes).reduce(into: [HealthProbe]()) { probes, probe in
                if !probes.contains(probe) { probes.append(probe) }
            }, within: all.map(\.check.within).max() ?? HealthCheck.usualWithin)
        guard !willing.isEmpty else {
            self.init(
                rule: first.rule, opening: first.opening, check: check,
                mustBeNeeded: all.contains(where: \.mustBeNeeded))
            return
        }
        let rule = RebootRule(
            mode: willing.contains { $0.rule.mode == .prompt } ? .prompt : .ifNeeded,
            deadline: willing.compactMap(\.rule.deadline).min(),
            deferrals: willing.map(\.rule.deferrals).max() ?? 0,
            warning: willing.map(\.rule.warning).max() ?? RebootRule.usualWarning)
        self.init(
            rule: rule, opening: Opening(joining: willing.map(\.opening)), check: check,
            mustBeNeeded: all.contains(where: \.mustBeNeeded))
    }
}

extension RebootTerms.Opening {
    /// Where a list of windows stands at an instant; without a list it is always open.
    init(_ windows: [RebootWindow]?, at now: Timestamp) {
        guard let windows else {
            self = .open(since: nil, until: nil)
            return
        }
        if let window = windows.first(where: { $0.from <= now && now < $0.until }) {
            self = .open(since: window.from, until: window.until)
        } else {
            self = .closed(next: windows.map(\.from).filter { $0 > now }.min())
        }
    }

    /// Open when all are, from the latest opening to the earliest end.
    init(joining all: [RebootTerms.Opening]) {
        var since: Timestamp?
        var until: Timestamp?
        for opening in all {
            switch opening {
            case .closed:
                self = .closed(
                    next: all.compactMap { if case .closed(let next) = $0 { next } else { nil } }
                        .max())
                return
            case .open(let from, let end):
                since = [since, from].compactMap { $0 }.max()
                until = [until, end].compactMap { $0 }.min()
            }
        }
        self = .open(since: since, until: until)
    }
}
