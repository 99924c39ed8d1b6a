import Fleet
import Readiness
import Testing

/// What an endpoint waits for that is not as its policy wants it.
@Suite struct `An endpoint waits until it is as the policy wants it` {
    private static let all = ReadinessRule(
        power: .mains, people: .nobody, network: .unmetered, load: 8_000,
        freeDisk: FreeSpace("2 GB"))
    private static let good = Surroundings(
        power: Power(onMains: true, batteryPercent: 12), load: 8_000,
        disks: [Disk(mountPoint: "/", freeBytes: 2_000_000_000, totalBytes: 9_000_000_000)])

    static let cases: [(ReadinessRule, Surroundings, String?)] = [
        (ReadinessRule(), Surroundings(power: Power(onMains: false), isMetered: true), nil),
        (all, good, nil),
        (
            ReadinessRule(power: .mains),
            Surroundings(power: Power(onMains: false, batteryPercent: 34)),
            "it runs on battery (34%), and must run on mains power."
        ),
        (
            ReadinessRule(people: .away),
            Surroundings(people: [.init("anna", isAway: true), .init("ben", isAway: false)]),
            "ben is at work on it, and every session must be locked or idle."
        ),
        (ReadinessRule(people: .away), Surroundings(people: [.init("anna", isAway: true)]), nil),
        (
            ReadinessRule(people: .nobody),
            Surroundings(people: [.init("anna", isAway: true), .init("anna", isAway: true)]),
            "anna is signed in, and nobody must be."
        ),
        (
            ReadinessRule(people: .nobody),
            Surroundings(people: ["a", "b", "c", "d", "e"].map { .init($0, isAway: true) }),
            "a, b, c and 2 more are signed in, and nobody must be."
        ),
        (
            ReadinessRule(network: .unmetered), Surroundings(isMetered: true),
            "its connection is metered, and must not be."
        ),
        (
            ReadinessRule(load: 8_000), Surroundings(load: 14_250),
            "the load of the last five minutes is 143% of its processors, and must be at most 80%."
        ),
        (ReadinessRule(load: 100), Surroundings(), nil),
        (
            ReadinessRule(freeDisk: FreeSpace("2 GB")),
            Surroundings(disks: [
                Disk(mountPoint: "/", freeBytes: 5_000_000_000, totalBytes: 9_000_000_000),
                Disk(mountPoint: "/var", freeBytes: 812_345_678, totalBytes: 9_000_000_000),
            ]),
            "812 MB are free on /var, and 2 GB must be."
        ),
    ]

    @Test(arguments: cases)
    func `a sentence says what is missing`(
        rule: ReadinessRule, found: Surroundings, clause: String?
    ) {
        let said = rule.waiting(found)
        #expect(
            said == clause.map { "Waits until the endpoint is as the policy wants it: \($0)" })
    }

    @Test func `everything that is missing is told at once`() throws {
        let said = try #require(
            Self.all.waiting(
                Surroundings(
                    power: Power(onMains: false), people: [.init("anna", isAway: false)],
                    isMetered: true, load: 9_000)))
        #expect(said.split(separator: "; ").count == 4, "\(said)")
    }

    @Test(arguments: ["1 MB", "500 MB", "2 GB", "100 TB"])
    func `a size reads back as it is written`(_ text: String) {
        #expect(FreeSpace(text)?.description == text)
    }

    @Test(arguments: [
        "", "2", "GB", "0 MB", "101 TB", "1.5 GB", "-1 GB", "2 gb", "99999999999999999999 MB",
    ])
    func `anything else is no size`(_ text: String) { #expect(FreeSpace(text) == nil) }
}
