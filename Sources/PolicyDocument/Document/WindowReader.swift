import Calendar
import Fleet
import Policy

/// Reads windows and freezes.
struct WindowReader {
    let values: ValueReader
    let source: SourceText
    /// Whether a zone is in the database of this machine; `nil` when there is none to ask.
    let isKnownZone: ((String) -> Bool)?
    /// The names of the zones of this machine, to say which one was meant.
    let zoneNames: (() -> [String])?

    /// The most windows of one policy.
    static let maximumWindows = 64
    /// The most freezes of one policy: a decade of school holidays.
    static let maximumFreezes = 128

    /// One window by its name.
    func window(_ entry: YAMLEntry) -> MaintenanceWindow? {
        let name = values.name(entry.key, "the window")
        let subject = "the window “\(entry.key.text.prefix(MappingReader.shownCharacters))”"
        guard var mapping = MappingReader(entry.value, subject, values.list) else { return nil }
        let every = mapping.required("every", example: "saturday").flatMap(recurrence)
        let from = mapping.required("from", example: "\"22:00\"").flatMap(time)
        let length = mapping.required("for", example: "4h").flatMap { value in
            values.span(
                value, "“for”",
                in: .seconds(MaintenanceWindow.minimumLengthSeconds)
                    ... .seconds(MaintenanceWindow.maximumLengthSeconds))
        }
        let zone = mapping.optional("zone").map { self.zone($0) }
        let kinds = mapping.optional("allows").map { self.kinds($0, every) }
        let staffed = mapping.optional("staffed").flatMap { value in
            self.staffed(value, kinds.flatMap { $0 })
        }
        mapping.finish()
        guard let name, let every, let from, let length else { return nil }
        return MaintenanceWindow(
            name: name.text, recurrence: every, from: from, lengthSeconds: length.seconds,
            zone: zone.flatMap { $0 } ?? .endpoint,
            kinds: kinds.flatMap { $0 } ?? Self.usualKinds(of: every),
            staffing: staffed == true ? .onDuty : .unstaffed)
    }

    /// `staffed`: whether somebody must be on duty. It says nothing of windows in which nothing is
    /// installed or rebooted, and a promise that means nothing is not taken.
    private func staffed(_ value: YAMLValue, _ kinds: Set<WindowKind>?) -> Bool? {
        guard let flag = values.flag(value, "“staffed”") else { return nil }
        if flag, let kinds, kinds.isDisjoint(with: [.install, .reboot]) {
            values.list.error(
                value.place,
                "“staffed: true” is for windows that allow “install” or “reboot”: nobody need be "
                    + "on duty for anything else")
            return nil
        }
        return flag
    }

    /// What may happen in a window that does not say: everything; in one that counts from a release
    /// what is done with that update.
    private static func usualKinds(of recurrence: Recurrence) -> Set<WindowKind> {
        if case .afterRelease = recurrence { [.install, .reboot] } else { WindowKind.all }
    }

    /// One freeze.
    func freeze(_ value: YAMLValue) -> Freeze? {
        guard var mapping = MappingReader(value, "a freeze", values.list) else { return nil }
        let from = mapping.required("from", example: "2026-12-20").flatMap(values.date)
        let place = mapping.place(of: "to")
        let to = mapping.required("to", example: "2027-01-04").flatMap(values.date)
        let reason = mapping.required("reason", example: "Year end").flatMap {
            values.sentence($0, "the reason")
        }
        let zone = mapping.optional("zone").map { self.zone($0) }
        mapping.finish()
        guard let from, let to, let reason else { return nil }
        guard let freeze = Freeze(from: from, to: to, reason: reason, zone: zone.flatMap { $0 })
        else {
            values.list.error(place, "the freeze ends on \(to), before it begins on \(from)")
            return nil
        }
        return freeze
    }

    private func recurrence(_ value: YAMLValue) -> Recurrence? {
        guard let scalar = values.text(value, "“every”") else { return nil }
        do {
            return try Recurrence(scalar.text)
        } catch {
            values.list.error(source.place(of: error.offset, in: scalar), error.description)
            return nil
        }
    }

    private func time(_ value: YAMLValue) -> LocalTime? {
        guard let scalar = values.text(value, "“from”") else { return nil }
        if let time = LocalTime(scalar.text) { return time }
        values.list.error(
            value.place,
            "“from” must be a time of day such as \"22:00\", not “\(scalar.text.prefix(20))”"
                + hint(for: scalar.text))
        return nil
    }

    private func hint(for text: String) -> String {
        if text == "24:00" { return "; the day begins at \"00:00\"" }
        if LocalTime("0" + text) != nil { return "; did you mean “0\(text)”?" }
        // YAML 1.1 reads 22:00 as a number of base 60, and programs that write it again write this.
        if let seconds = ValueReader.digits(text), seconds >= 60, seconds < 86_400,
            let time = LocalTime(hour: seconds / 3600, minute: seconds / 60 % 60)
        {
            return "; was it “\(time)” before an older YAML program wrote it?"
        }
        return ""
    }

    private func zone(_ value: YAMLValue) -> WindowZone? {
        guard let scalar = values.text(value, "the zone") else { return nil }
        let text = scalar.text
        guard let zone = WindowZone(text) else {
            values.list.error(
                value.place,
                "“\(text.prefix(40))” is no zone; write endpoint, site or a name such as "
                    + "Europe/Berlin")
            return nil
        }
        guard case .named = zone, let isKnownZone, !isKnownZone(text) else { return zone }
        values.list.error(
            value.place,
            "the time zone “\(text)” is not in the IANA database of this machine"
                + Guess.nearest(to: text, of: ["endpoint", "site"] + (zoneNames?() ?? [])))
        return nil
    }

    private func kinds(_ value: YAMLValue, _ recurrence: Recurrence?) -> Set<WindowKind>? {
        guard let elements = values.elements(value, "“allows”") else { return nil }
        let kinds = elements.compactMap {
            values.choice($0, "what a window allows", as: WindowKind.self)
        }
        guard !elements.isEmpty else {
            values.list.error(value.place, "the window allows nothing")
            return nil
        }
        if case .afterRelease? = recurrence,
            let other = kinds.first(where: { $0 == .detection || $0 == .prefetch })
        {
            values.list.error(
                value.place,
                "a window that counts from a release is for installing and rebooting; "
                    + "“\(other.rawValue)” needs a window of its own")
            return nil
        }
        return Set(kinds)
    }
}

extension TimeSpan {
    /// A span of seconds within what spans can be.
    static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(seconds: count) ?? .days(3_660) }
}
