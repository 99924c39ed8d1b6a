import Fleet
import Policy

/// Which services are restarted after an installation, in which order, and why the others are not:
/// a function of values.
struct ServicePlan: Hashable, Sendable {
    /// The units to restart, those that others are started after first.
    private(set) var restarts: [String] = []
    /// What is left alone.
    private(set) var left: [ServiceReport] = []

    /// The most services of one installation: after an update of the C library a large server has
    /// some hundred.
    static let mostServices = 256

    /// The plan for processes that still map replaced files.
    init(_ needs: [RestartNeed], known units: [ServiceUnit], by rule: ServiceRule) {
        let byName = Dictionary(units.map { ($0.name, $0) }) { first, _ in first }
        var chosen: [ServiceUnit] = []
        for name in Self.services(needs) {
            let reason =
                rule.reasonNotToRestart(name) ?? Self.reason(byName[name])
                ?? byName[name].flatMap { Self.reason($0, by: rule) }
            if let reason {
                left.append(ServiceReport(name, .left, reason: reason))
            } else if let unit = byName[name] {
                chosen.append(unit)
            }
        }
        if chosen.count > Self.mostServices {
            for unit in chosen[Self.mostServices...] {
                left.append(
                    ServiceReport(
                        unit.name, .left,
                        reason: "at most \(Self.mostServices) are restarted at once"))
            }
            chosen = Array(chosen.prefix(Self.mostServices))
        }
        restarts = Self.inOrder(chosen)
        left += Self.others(needs)
    }

    /// The services among those that need a restart, each once, by name.
    static func services(_ needs: [RestartNeed]) -> [String] {
        Set(needs.compactMap(\.unit).filter { $0.hasSuffix(".service") }).sorted()
    }

    /// Why the system does not let a unit be restarted, as a clause.
    private static func reason(_ unit: ServiceUnit?) -> String? {
        guard let unit else { return "systemd does not know it" }
        if unit.isTask { return "it is a task that ends by itself" }
        if unit.isTransient { return "it was started by hand" }
        if unit.refusesByHand { return "its unit refuses to be restarted by hand" }
        return unit.isActive ? nil : "it is not active"
    }

    /// Why the rule speaks against one of its other names, or against what would be restarted with
    /// it, as a clause.
    private static func reason(_ unit: ServiceUnit, by rule: ServiceRule) -> String? {
        for name in unit.otherNames.sorted() {
            if let reason = rule.reasonNotToRestart(name) { return "as \(name): \(reason)" }
        }
        for name in unit.takesAlong.sorted() {
            if let reason = rule.reasonNotToRestart(name) {
                return "\(name) would be restarted with it, and \(reason)"
            }
        }
        return nil
    }

    /// Processes that belong to no service.
    private static func others(_ needs: [RestartNeed]) -> [ServiceReport] {
        var reports: [ServiceReport] = []
        var seen: Set<String> = []
        for need in needs where need.unit?.hasSuffix(".service") != true {
            let name = need.unit ?? need.process
            guard seen.insert(name).inserted, reports.count < mostServices else { continue }
            let reason =
                if need.pid == 1 {
                    "it is the system's first process, which a reboot replaces"
                } else if need.unit?.hasPrefix("session-") == true {
                    "it belongs to somebody's session"
                } else {
                    "it belongs to no service"
                }
            reports.append(ServiceReport(name, .left, reason: reason))
        }
        return reports
    }

    /// Each after those after which it is started, else by name. Of a circle, whoever comes first
    /// by name begins.
    private static func inOrder(_ units: [ServiceUnit]) -> [String] {
        var open = units.sorted { $0.name < $1.name }
        var names: [String] = []
        while !open.isEmpty {
            let waiting = Set(open.map(\.name))
            let next =
                open.firstIndex { $0.after.subtracting([$0.name]).isDisjoint(with: waiting) }
                ?? firstOfCircle(open)
            names.append(open.remove(at: next).name)
        }
        return names
    }

    /// Where each waits for another one, some wait for each other: the first of these by name.
    private static func firstOfCircle(_ open: [ServiceUnit]) -> Int {
        var path: [Int] = [0]
        while let last = path.last {
            let next = open.indices.first { $0 != last && open[last].after.contains(open[$0].name) }
            guard let next else { return last }
            if let start = path.firstIndex(of: next) { return path[start...].min() ?? next }
            path.append(next)
        }
        return 0
    }
}
