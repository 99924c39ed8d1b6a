import Duties

/// The shapes of duties; docs/calendar.md says what they open.
extension NamedSchema {
    static let dutyWish = NamedSchema(
        "DutyWish",
        [
            "tenant": .optional(.identifier("tnt")), "person": .optional(.string),
            "from": .optional(.time), "until": .time, "windows": .optional(.array(.string)),
        ])

    static let duty = NamedSchema(
        "Duty",
        [
            "name": .string, "tenant": .identifier("tnt"), "person": .string, "from": .time,
            "until": .time, "windows": .optional(.array(.string)),
            "state": .oneOf(DutySummary.State.allCases.map(\.rawValue)), "version": .integer,
            "digest": .string,
        ])

    static let dutyRoster = NamedSchema(
        "DutyRoster", ["items": .array(.named(duty)), "windows": .array(.string)])
}
