import Calendar
import Fleet
import Policy

/// Reads one document of a policy file.
struct PolicyReader {
    let values: ValueReader
    let source: SourceText
    let isKnownZone: ((String) -> Bool)?
    let zoneNames: (() -> [String])?

    private var list: DiagnosticList { values.list }
    private var expressions: ExpressionReader {
        ExpressionReader(values: values, source: source)
    }

    /// The policy of a document; `nil` when a part that it cannot do without could not be read.
    func policy(_ document: YAMLValue) -> LocatedPolicy? {
        guard var mapping = MappingReader(document, "the policy", list) else { return nil }
        guard isRightVersion(&mapping) else {
            mapping.finishEarly()
            return nil
        }
        var places = PolicyPlaces(start: document.place)
        let name = mapping.required("name", example: "servers-standard").flatMap {
            places.name = $0.place
            return values.name($0, "the name")
        }
        let title = mapping.optional("title").map { values.sentence($0, "the title") }
        places.applies = mapping.valuePlace(of: "applies")
        let applies = mapping.required("applies", example: "role = server").flatMap {
            expressions.group($0, "“applies”")
        }
        let inherits = mapping.optional("inherits").map {
            places.inherits = $0.place
            return values.name($0, "the inherited policy")
        }
        let lanes = mapping.required("lanes", example: "{routine: {windows: [weekend]}}")
            .flatMap { self.lanes($0, &places) }
        let rules = mapping.optional("rules").map { self.rules($0, &places) }
        let otherwise = mapping.required("default", example: "{approve: by hand}")
            .flatMap(treatment)
        let schedule = self.schedule(&mapping, &places)
        let rings = mapping.optional("rings").map { self.rings($0, &places) }
        let settings = self.settings(&mapping, &places)
        let exceptions = mapping.optional("exceptions").map {
            self.exceptions($0, of: applies ?? .always)
        }
        mapping.finish()
        guard let name, let applies, let lanes, let otherwise else { return nil }
        let policy = PatchPolicy(
            name: name, title: title.flatMap { $0 }, applies: applies,
            inherits: inherits.flatMap { $0 }, lanes: lanes, rules: rules ?? [],
            otherwise: otherwise, windows: schedule.windows, freezes: schedule.freezes,
            catchUp: schedule.catchUp, rings: rings ?? [:], reboot: settings.reboot,
            before: settings.before, after: settings.after, services: settings.services,
            bandwidth: settings.bandwidth, sla: settings.sla,
            longestException: settings.longestException)
        return LocatedPolicy(policy: policy, places: places, exceptions: exceptions ?? [])
    }

    // MARK: The version

    private func isRightVersion(_ mapping: inout MappingReader) -> Bool {
        let version = PatchPolicy.documentVersion
        guard let value = mapping.required("patchbay", example: version),
            let text = values.text(value, "“patchbay”")?.text
        else { return false }
        if text == version { return true }
        let isLater = text.hasPrefix("policy/v")
        list.error(
            value.place,
            isLater
                ? "this program reads “\(version)” only, not “\(text.prefix(40))”"
                : "“patchbay” must be “\(version)”, not “\(text.prefix(40))”")
        return false
    }

    // MARK: Lanes and rules

    private func lanes(_ value: YAMLValue, _ places: inout PolicyPlaces) -> Lanes? {
        guard var mapping = MappingReader(value, "“lanes”", list) else { return nil }
        let routine = mapping.required("routine", example: "{windows: [weekend]}")
            .flatMap { route($0, .routine, &places) }
        let priority = mapping.optional("priority").map { route($0, .priority, &places) }
        let emergency = mapping.optional("emergency").map { route($0, .emergency, &places) }
        mapping.finish()
        return routine.map {
            Lanes(
                routine: $0, priority: priority.flatMap { $0 }, emergency: emergency.flatMap { $0 })
        }
    }

    private func route(
        _ value: YAMLValue, _ lane: Lane, _ places: inout PolicyPlaces
    ) -> LaneRoute? {
        guard var mapping = MappingReader(value, "the lane “\(lane.rawValue)”", list) else {
            return nil
        }
        places.lanes[lane] = value.place
        let windows = mapping.required("windows", example: "[weekend]").flatMap { value in
            values.elements(value, "“windows”", orSingle: true).map { (value.place, $0) }
        }
        let rings = mapping.optional("rings").flatMap { value -> PolicyName? in
            guard let name = values.name(value, "the rings") else { return nil }
            places.ringReferences.append((name, value.place))
            return name
        }
        mapping.finish()
        guard let (place, elements) = windows else { return nil }
        guard elements.count <= WindowReader.maximumWindows else {
            list.error(place, "a lane has at most \(WindowReader.maximumWindows) windows")
            return nil
        }
        if elements.isEmpty {
            list.error(place, "the lane “\(lane.rawValue)” has no window, so that it never runs")
        }
        var names: [PolicyName] = []
        for element in elements {
            guard let name = values.name(element, "the window") else { continue }
            if names.contains(name) {
                list.warning(element.place, "the window “\(name)” stands twice in one lane")
                continue
            }
            names.append(name)
            places.windowReferences.append((name, element.place))
        }
        return LaneRoute(windows: names, rings: rings)
    }

    private func rules(_ value: YAMLValue, _ places: inout PolicyPlaces) -> [PolicyRule] {
        guard let elements = values.elements(value, "“rules”") else { return [] }
        guard elements.count <= PatchPolicy.maximumRules else {
            list.error(
                value.place,
                "a policy has at most \(PatchPolicy.maximumRules) rules, not \(elements.count)")
            return []
        }
        return elements.compactMap { element in
            guard var mapping = MappingReader(element, "a rule", list) else { return nil }
            let place = mapping.valuePlace(of: "when")
            let when = mapping.required("when", example: "kev = true").flatMap {
                expressions.update($0, "“when”")
            }
            let versions = mapping.optional("version").map {
                expressions.versions($0, "“version”")
            }
            let lanePlace = mapping.valuePlace(of: "lane")
            let treatment = ApprovalReader(values: values).treatment(&mapping)
            mapping.finish()
            guard let when, let treatment else { return nil }
            // Without bounds that could not be read the rule would say too much.
            if case .some(.none) = versions { return nil }
            let bounds = versions.flatMap { $0 }
            places.rules.append(RulePlaces(when: place, lane: lanePlace))
            return PolicyRule(when: bounds.map { when.within($0) } ?? when, treatment)
        }
    }

    private func treatment(_ value: YAMLValue) -> Treatment? {
        guard var mapping = MappingReader(value, "the default", list) else { return nil }
        let treatment = ApprovalReader(values: values).treatment(&mapping)
        mapping.finish()
        return treatment
    }

    // MARK: When

    private struct Schedule {
        var windows: [MaintenanceWindow] = []
        var freezes: [Freeze] = []
        var catchUp: CatchUp?
    }

    private func schedule(
        _ mapping: inout MappingReader, _ places: inout PolicyPlaces
    ) -> Schedule {
        let reader = WindowReader(
            values: values, source: source, isKnownZone: isKnownZone, zoneNames: zoneNames)
        var schedule = Schedule()
        if let value = mapping.optional("windows"),
            let windows = MappingReader(value, "“windows”", list)
        {
            if windows.named.count > WindowReader.maximumWindows {
                list.error(
                    value.place, "a policy has at most \(WindowReader.maximumWindows) windows")
            }
            for entry in windows.named.prefix(WindowReader.maximumWindows) {
                places.windows[entry.key.text] = entry.key.place
                if let window = reader.window(entry) { schedule.windows.append(window) }
            }
        }
        if let value = mapping.optional("freezes"),
            let elements = values.elements(value, "“freezes”")
        {
            if elements.count > WindowReader.maximumFreezes {
                list.error(
                    value.place, "a policy has at most \(WindowReader.maximumFreezes) freezes")
            }
            schedule.freezes = elements.prefix(WindowReader.maximumFreezes)
                .compactMap(reader.freeze)
        }
        schedule.catchUp = mapping.optional("catchUp").flatMap {
            values.choice($0, "“catchUp”", as: CatchUp.self)
        }
        return schedule
    }

    // MARK: Rings and settings

    /// The most lists of rings of one policy: one for each lane, and some.
    private static let maximumRingLists = 16

    private func rings(_ value: YAMLValue, _ places: inout PolicyPlaces) -> [PolicyName: [Ring]] {
        guard let mapping = MappingReader(value, "“rings”", list) else { return [:] }
        let reader = RingReader(values: values, expressions: expressions)
        if mapping.named.count > Self.maximumRingLists {
            list.error(value.place, "a policy has at most \(Self.maximumRingLists) lists of rings")
        }
        var lists: [PolicyName: [Ring]] = [:]
        for entry in mapping.named.prefix(Self.maximumRingLists) {
            places.rings[entry.key.text] = entry.key.place
            guard let rings = reader.rings(entry.value, entry.key.text),
                let name = values.name(entry.key, "the list of rings")
            else { continue }
            lists[name] = rings
            if case .list(let elements) = entry.value.content {
                places.ringElements[name] = elements.map(\.place)
            }
        }
        return lists
    }

    private struct Settings {
        var reboot: RebootRule?
        var before: Preconditions?
        var after: HealthCheck?
        var services: ServiceRule?
        var bandwidth: Bandwidth?
        var sla: [PolicyName]
        var longestException: TimeSpan?
    }

    private func settings(
        _ mapping: inout MappingReader, _ places: inout PolicyPlaces
    ) -> Settings {
        let reader = SettingsReader(values: values)
        places.reboot = mapping.place(of: "reboot")
        places.before = mapping.place(of: "before")
        return Settings(
            reboot: mapping.optional("reboot").flatMap(reader.reboot),
            before: mapping.optional("before").flatMap(reader.before),
            after: mapping.optional("after").flatMap(reader.after),
            services: mapping.optional("services").flatMap(reader.services),
            bandwidth: mapping.optional("bandwidth").flatMap(reader.bandwidth),
            sla: mapping.optional("sla").map(presets) ?? [],
            longestException: mapping.optional("longestException").flatMap(
                reader.longestException))
    }

    private func exceptions(
        _ value: YAMLValue, of applies: GroupExpression
    ) -> [LocatedException] {
        let reader = ExceptionReader(values: values, expressions: expressions)
        guard let elements = values.elements(value, "“exceptions”") else { return [] }
        guard elements.count <= ExceptionReader.maximumExceptions else {
            list.error(
                value.place,
                "a policy has at most \(ExceptionReader.maximumExceptions) exceptions")
            return []
        }
        return elements.compactMap { reader.exception($0, of: applies) }
    }

    private func presets(_ value: YAMLValue) -> [PolicyName] {
        guard let elements = values.elements(value, "“sla”", orSingle: true) else { return [] }
        var names: [PolicyName] = []
        for element in elements {
            guard let preset = values.choice(element, "the preset", as: SLAPreset.self),
                let name = PolicyName(preset.rawValue)
            else { continue }
            if names.contains(name) {
                list.warning(element.place, "the preset “\(name)” stands twice")
            } else {
                names.append(name)
            }
        }
        return names
    }
}
