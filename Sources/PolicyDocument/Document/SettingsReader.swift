import Fleet
import Forensics
import Health
import Policy
import Readiness
import Verdicts

/// Reads what surrounds an installation: `reboot`, `before`, `after`, `services`, `bandwidth`.
struct SettingsReader {
    let values: ValueReader

    /// The longest that a reboot may be put off: a quarter of a year.
    static let longestDeadline = TimeSpan.days(92)
    /// The longest warning before a reboot: a day.
    static let longestWarning = TimeSpan.days(1)
    /// The oldest backup that may do: a year.
    static let oldestBackup = TimeSpan.days(366)
    /// The longest that an update may have to hold in a ring: a quarter of a year, as a soak.
    static let longestPass = TimeSpan.days(92)
    /// The longest that an endpoint may take to be healthy again: a day.
    static let longestWait = TimeSpan.days(1)
    /// The longest that one service may take to be restarted: an hour.
    static let longestRestart = TimeSpan.hours(1)
    /// The most deferrals that may be given.
    static let mostDeferrals = 100

    /// `reboot: {mode, deadline, deferrals, warning}`
    func reboot(_ value: YAMLValue) -> RebootRule? {
        guard var mapping = MappingReader(value, "“reboot”", values.list) else { return nil }
        let mode = mapping.required("mode", example: "ifNeeded").flatMap {
            values.choice($0, "the mode", as: RebootRule.Mode.self)
        }
        let deadline = mapping.optional("deadline").map {
            values.span($0, "the deadline", in: TimeSpan.minutes(1)...Self.longestDeadline)
        }
        let deferrals = mapping.optional("deferrals").map {
            values.integer($0, "“deferrals”", in: 0...Self.mostDeferrals)
        }
        let warning = mapping.optional("warning").map {
            values.span($0, "the warning", in: TimeSpan.minutes(1)...Self.longestWarning)
        }
        mapping.finish()
        guard let mode else { return nil }
        if mode == .never, let key = ["deadline", "deferrals", "warning"].first(where: mapping.has)
        {
            values.list.warning(
                mapping.place(of: key), "“\(key)” has no effect with “mode: never”")
        }
        if mode != .never, let limit = deadline.flatMap({ $0 }),
            let asked = warning.flatMap({ $0 }),
            asked.seconds > limit.seconds
        {
            values.list.warning(
                mapping.valuePlace(of: "warning"),
                "the warning (\(asked)) is longer than the deadline (\(limit)): when the deadline "
                    + "comes, people have not been warned for that long")
        }
        return RebootRule(
            mode: mode, deadline: deadline.flatMap { $0 },
            deferrals: deferrals.flatMap { $0 } ?? RebootRule.usualDeferrals,
            warning: warning.flatMap { $0 } ?? RebootRule.usualWarning)
    }

    /// `before: {snapshot, backupAge, passed, passedFor, stack, power, people, network, load,
    /// freeDisk, evidence}`
    func before(_ value: YAMLValue) -> Preconditions? {
        guard var mapping = MappingReader(value, "“before”", values.list) else { return nil }
        let snapshot = mapping.optional("snapshot").map {
            values.choice($0, "the snapshot", as: Preconditions.Snapshot.self)
        }
        let backupAge = mapping.optional("backupAge").map {
            values.span($0, "the age of the backup", in: TimeSpan.minutes(1)...Self.oldestBackup)
        }
        let ring = mapping.optional("passed").flatMap { values.name($0, "the ring") }
        let span = mapping.optional("passedFor").flatMap {
            values.span($0, "“passedFor”", in: TimeSpan.minutes(1)...Self.longestPass)
        }
        let stack = mapping.optional("stack").flatMap(stackPatterns)
        let ready = readiness(&mapping)
        let evidence = mapping.optional("evidence").flatMap {
            values.choice($0, "the evidence", as: EvidenceRule.self)
        }
        mapping.finish()
        if !mapping.has("passed"), let key = ["passedFor", "stack"].first(where: mapping.has) {
            values.list.error(
                mapping.place(of: key),
                "“\(key)” needs “passed”, the ring that verifies updates first")
        }
        return Preconditions(
            snapshot: snapshot.flatMap { $0 } ?? .none, backupAge: backupAge.flatMap { $0 },
            passed: ring.map {
                RingPass(ring: $0.text, seconds: span?.seconds, stack: stack)
            }, ready: ready, evidence: evidence)
    }

    /// What the endpoint must be like, of the keys of `before`; `nil` when nothing is said of it.
    private func readiness(_ mapping: inout MappingReader) -> ReadinessRule? {
        let rule = ReadinessRule(
            power: mapping.optional("power").flatMap {
                values.choice($0, "the power", as: ReadinessRule.Power.self)
            },
            people: mapping.optional("people").flatMap {
                values.choice($0, "“people”", as: ReadinessRule.People.self)
            },
            network: mapping.optional("network").flatMap {
                values.choice($0, "the network", as: ReadinessRule.Network.self)
            },
            load: mapping.optional("load").flatMap(load),
            freeDisk: mapping.optional("freeDisk").flatMap(freeDisk))
        return rule == ReadinessRule() ? nil : rule
    }

    private func load(_ value: YAMLValue) -> Int? {
        guard let share = values.share(value, "the load") else { return nil }
        guard ReadinessRule.loads.contains(share.basisPoints) else {
            values.list.error(
                value.place, "the load must be from 1% to 100% of the processors, not \(share)")
            return nil
        }
        return share.basisPoints
    }

    private func freeDisk(_ value: YAMLValue) -> FreeSpace? {
        guard let text = values.sentence(value, "“freeDisk”") else { return nil }
        if let space = FreeSpace(text) { return space }
        values.list.error(
            value.place,
            "“freeDisk” must be a whole number of MB, GB or TB, from 1 MB to 100 TB, such as 2 GB, "
                + "not “\(text.prefix(MappingReader.shownCharacters))”")
        return nil
    }

    /// Names of packages, in which `*` and `?` stand for any characters; `nil` for none.
    private func stackPatterns(_ value: YAMLValue) -> [Glob]? {
        guard let elements = values.elements(value, "“stack”", orSingle: true) else { return nil }
        guard elements.count <= RingPass.maximumPatterns else {
            values.list.error(
                value.place,
                "at most \(RingPass.maximumPatterns) patterns, not \(elements.count)")
            return nil
        }
        let patterns = elements.compactMap { word($0, "the package").map { Glob($0) } }
        return patterns.isEmpty ? nil : patterns
    }

    /// `after: {probes, within}`
    func after(_ value: YAMLValue) -> HealthCheck? {
        guard var mapping = MappingReader(value, "“after”", values.list) else { return nil }
        let place = mapping.place(of: "probes")
        let elements = mapping.required("probes", example: "[{tcp: 443}]").flatMap {
            values.elements($0, "“probes”")
        }
        let within = mapping.optional("within").map {
            values.span($0, "“within”", in: TimeSpan.minutes(1)...Self.longestWait)
        }
        mapping.finish()
        guard let elements else { return nil }
        guard elements.count <= HealthCheck.maximumProbes else {
            values.list.error(
                place, "at most \(HealthCheck.maximumProbes) probes, not \(elements.count)")
            return nil
        }
        let probes = elements.compactMap(probe)
        return HealthCheck(
            probes: probes, within: within.flatMap { $0 } ?? HealthCheck.usualWithin)
    }

    /// `services: {restart, never, within}`
    func services(_ value: YAMLValue) -> ServiceRule? {
        guard var mapping = MappingReader(value, "“services”", values.list) else { return nil }
        let mode = mapping.required("restart", example: "needed").flatMap {
            values.choice($0, "“restart”", as: ServiceRule.Mode.self)
        }
        let never = mapping.optional("never").map(patterns)
        let within = mapping.optional("within").map {
            values.span($0, "“within”", in: TimeSpan.seconds(10)...Self.longestRestart)
        }
        mapping.finish()
        guard let mode else { return nil }
        if mode == .never, let key = ["never", "within"].first(where: mapping.has) {
            values.list.warning(
                mapping.place(of: key), "“\(key)” has no effect with “restart: never”")
        }
        return ServiceRule(
            restart: mode, never: never ?? [],
            within: within.flatMap { $0 } ?? ServiceRule.usualWithin)
    }

    /// Names of units, in which `*` and `?` stand for any characters.
    private func patterns(_ value: YAMLValue) -> [Glob] {
        guard let elements = values.elements(value, "“never”", orSingle: true) else { return [] }
        guard elements.count <= ServiceRule.maximumPatterns else {
            values.list.error(
                value.place,
                "at most \(ServiceRule.maximumPatterns) patterns, not \(elements.count)")
            return []
        }
        return elements.compactMap { element in
            guard let text = word(element, "the unit") else { return nil }
            let pattern = Glob(text)
            if !text.contains("."), !text.hasSuffix("*") {
                values.list.warning(
                    element.place,
                    "“\(text)” fits no unit: write its whole name, such as “\(text).service”")
            } else if UntouchableService.reason(for: text) != nil {
                values.list.warning(
                    element.place, "“\(text)” is never restarted, whatever a policy says")
            }
            return pattern
        }
    }

    /// `longestException: 90d`; at most as long as any risk can be accepted at once.
    func longestException(_ value: YAMLValue) -> TimeSpan? {
        values.span(
            value, "“longestException”",
            in: TimeSpan.days(1)...TimeSpan.days(Int(RiskException.maximumDays)))
    }

    /// `bandwidth: 2 MB/s`
    func bandwidth(_ value: YAMLValue) -> Bandwidth? {
        guard let text = values.sentence(value, "“bandwidth”") else { return nil }
        if let bandwidth = Bandwidth(text) { return bandwidth }
        values.list.error(
            value.place,
            "“bandwidth” must be a whole number of kB/s, MB/s or GB/s, from 10 kB/s to 10 GB/s, not "
                + "“\(text.prefix(40))”")
        return nil
    }

    private func probe(_ value: YAMLValue) -> HealthProbe? {
        guard var mapping = MappingReader(value, "a probe", values.list) else { return nil }
        let measures = HealthMeasure.Subject.allCases.map(\.rawValue)
        let found = mapping.exactlyOne(
            of: ["unit", "tcp", "http", "process", "script"] + measures)
        mapping.finish()
        guard let found else { return nil }
        switch found.key {
        case "tcp":
            return values.integer(found.value, "the port", in: 1...65_535)
                .flatMap(UInt16.init(exactly:)).map(HealthProbe.tcp)
        case "http": return address(found.value).map(HealthProbe.http)
        case "unit": return word(found.value, "the unit").map(HealthProbe.unit)
        case "process": return word(found.value, "the process").map(HealthProbe.process)
        case let key:
            if let subject = HealthMeasure.Subject(rawValue: key) {
                return .measure(measure(subject, found.value))
            }
            return word(found.value, "the script").map(HealthProbe.script)
        }
    }

    /// The name of a unit, a process or a script: no path and no option.
    private func word(_ value: YAMLValue, _ subject: String) -> String? {
        guard let text = values.sentence(value, subject) else { return nil }
        let isWord =
            text.utf8.count <= 255 && !text.hasPrefix("-")
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && $0 != "/" }
        if isWord { return text }
        values.list.error(
            value.place,
            "\(subject) must be a name without blanks and slashes, not “\(text.prefix(40))”")
        return nil
    }

    /// Whether what follows the scheme begins with a server's name or address, and a port if any.
    private static func namesServer(_ rest: Substring) -> Bool {
        let authority = rest.prefix { !"/?#".contains($0) }
        let server = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] }
        var name = server ?? authority
        if name.first == "[" {
            // An address of IPv6 stands in brackets, since it has colons of its own.
            guard let end = name.firstIndex(of: "]") else { return false }
            let address = name[..<end].dropFirst()
            guard address.contains(":"), address.allSatisfy({ $0.isHexDigit || ":.%".contains($0) })
            else { return false }
            name = name[name.index(after: end)...]
            return name.isEmpty || (name.first == ":" && isPort(name.dropFirst()))
        }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, !host.contains("["), !host.contains("]") else {
            return false
        }
        return parts.count == 1 || (parts.count == 2 && isPort(parts[1]))
    }

    private static func isPort(_ text: Substring) -> Bool {
        ValueReader.digits(text).map { (1...65_535).contains($0) } ?? false
    }

    private func address(_ value: YAMLValue) -> String? {
        guard let text = values.sentence(value, "the address") else { return nil }
        let scheme = ["http://", "https://"].first { text.hasPrefix($0) }
        let rest = scheme.map { text.dropFirst($0.count) }
        let isAddress =
            rest.map(Self.namesServer) == true
            && text.unicodeScalars.allSatisfy { (0x21...0x7E).contains($0.value) }
        if isAddress { return text }
        values.list.error(
            value.place,
            "the address must begin with http:// or https:// and name a server, not "
                + "“\(text.prefix(40))”")
        return nil
    }
}
