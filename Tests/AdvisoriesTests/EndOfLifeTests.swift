import Fleet
import Testing
import Versions

@testable import Advisories

struct EndOfLifeTests {
    private func day(_ text: String) throws -> Timestamp {
        try #require(Timestamp("\(text)T00:00:00Z"))
    }

    private func index(_ records: [FeedRecord]) -> AdvisoryIndex {
        var builder = AdvisoryIndexBuilder()
        for record in records { builder.add(record) }
        return builder.build()
    }

    @Test(arguments: [
        ("2026-11-21T12:00:00Z", EndOfLifeStatus.State.supported),
        ("2027-08-10T23:59:59Z", .supported), ("2027-08-11T00:00:00Z", .within365Days),
        ("2028-05-11T23:59:59Z", .within365Days), ("2028-05-12T00:00:00Z", .within90Days),
        ("2028-08-09T23:59:59Z", .within90Days), ("2028-08-10T00:00:00Z", .ended),
    ])
    func `the end of support lies ahead, near, or behind`(
        _ now: String, _ state: EndOfLifeStatus.State
    ) throws {
        let cycle = EndOfLifeCycle(
            product: "almalinux", cycle: "9", endOfLife: .on(try day("2028-08-09")),
            extendedSupport: .on(try day("2030-06-30")))
        let instant = try #require(Timestamp(now))
        let os = OperatingSystem(id: "almalinux", versionId: "9.5", name: "")
        let status = EndOfLife.status(of: os, in: index([.endOfLifeCycle(cycle)]), at: instant)
        #expect(status?.state == state)
        #expect(status?.hasExtendedSupport(at: instant) == true)
    }

    @Test func `a distribution's own calendar is believed first`() throws {
        let records: [FeedRecord] = [
            .endOfLifeCycle(
                EndOfLifeCycle(
                    product: "debian", cycle: "12", endOfLife: .on(try day("2026-07-11")))),
            .distributionRelease(
                DistributionRelease(
                    distribution: "debian", version: "12", series: "bookworm",
                    endOfLife: try day("2026-06-10"),
                    extendedSupport: [
                        .init(name: "lts", until: try day("2028-06-30")),
                        .init(name: "elts", until: try day("2033-06-30")),
                    ])),
        ]
        let status = EndOfLife.status(
            of: .bookworm, in: index(records), at: try day("2026-06-11"))
        // The security team's time is over; LTS comes to everybody.
        #expect(status?.state == .supported)
        #expect(status?.endsAt == (try day("2028-06-30")))
        #expect(status?.extendedUntil == (try day("2033-06-30")))
        #expect(
            status?.phases.words
                == "security until 2026-06-10, lts until 2028-06-30, elts (when declared) until 2033-06-30"
        )
        #expect(status?.phases.map(\.isOver) == [true, false, false])
        let later = EndOfLife.status(of: .bookworm, in: index(records), at: try day("2028-07-01"))
        #expect(later?.state == .ended && later?.phases.map(\.isOver) == [true, true, false])
    }

    /// What everybody has decides; what must be chosen or bought is shown.
    @Test(arguments: [
        ("ubuntu", "22.04", "esm", "2027-06-02", EndOfLifeStatus.State.ended, "2027-06-01"),
        ("ubuntu", "22.04", "server", "2027-06-02", .supported, "2032-04-21"),
        ("debian", "12", "elts", "2027-06-02", .ended, "2027-06-01"),
        ("debian", "12", "lts", "2027-06-02", .supported, "2032-04-21"),
    ])
    func `only support that everybody has counts by itself`(
        id: String, version: String, support: String, now: String, state: EndOfLifeStatus.State,
        ends: String
    ) throws {
        let release = DistributionRelease(
            distribution: id, version: version, series: "x", endOfLife: try day("2027-06-01"),
            extendedSupport: [.init(name: support, until: try day("2032-04-21"))])
        let os = OperatingSystem(id: id, versionId: version, name: "")
        let status = EndOfLife.status(
            of: os, in: index([.distributionRelease(release)]), at: try day(now))
        #expect(status?.state == state)
        #expect(status?.endsAt == (try day(ends)))
    }

    @Test(arguments: [
        (SupportEnd.ended, SupportEnd.open, EndOfLifeStatus.State.supported),
        (.ended, .ended, .ended), (.open, .ended, .supported),
    ])
    func `ends without a date are weighed too`(
        security: SupportEnd, longer: SupportEnd, state: EndOfLifeStatus.State
    ) throws {
        let cycle = EndOfLifeCycle(
            product: "debian", cycle: "12", activeSupport: .ended, endOfLife: security,
            extendedSupport: longer)
        let status = EndOfLife.status(
            of: .bookworm, in: index([.endOfLifeCycle(cycle)]), at: try day("2026-01-01"))
        #expect(status?.state == state && status?.endsAt == nil)
        #expect(status?.phases.map(\.name) == ["active", "security", "lts"])
    }

    @Test(arguments: [
        ("rocky", "9.5", "rocky-linux", "9"), ("alpine", "3.19.0", "alpine-linux", "3.19"),
        ("alpine", "3.1.9", "alpine-linux", "3.1"), ("ol", "9", "oracle-linux", "9"),
        ("sles", "15.5", "sles", "15.5"), ("amzn", "2023", "amazon-linux", "2023"),
    ])
    func `a version belongs to the longest cycle that it begins with`(
        _ id: String, _ version: String, _ product: String, _ cycle: String
    ) throws {
        let cycles = ["2", "3", "3.1", "3.19", "9", "15", "15.5", "2023", "1"].map {
            FeedRecord.endOfLifeCycle(
                EndOfLifeCycle(product: product, cycle: $0, endOfLife: .open))
        }
        let os = OperatingSystem(id: id, versionId: version, name: "")
        let status = EndOfLife.status(of: os, in: index(cycles), at: try day("2026-01-01"))
        #expect(status?.cycle == cycle)
        #expect(status?.state == .supported)
    }

    @Test func `applications beside the system are joined, packages of the system are not`() throws
    {
        let records: [FeedRecord] = ["3.8", "3.12"].map {
            .endOfLifeCycle(
                EndOfLifeCycle(
                    product: "python", cycle: $0, endOfLife: $0 == "3.8" ? .ended : .open,
                    packageURLs: ["pkg:winget/python.python.\($0)"]))
        }
        let rows: [SoftwareRow] = [
            SoftwareRow(
                ecosystem: "winget", order: .winget, name: "Python.Python.3.8", version: "3.8.10"),
            SoftwareRow(ecosystem: "homebrew", order: .generic, name: "python", version: "3.12.4"),
            .deb("python", "3.8.1"),
        ]
        let statuses = EndOfLife.applications(
            of: rows, in: index(records), at: try day("2026-01-01"))
        #expect(statuses.map(\.cycle) == ["3.12", "3.8"])
        #expect(statuses.map(\.state) == [.supported, .ended])
    }

    @Test func `a release that no feed knows has no status`() throws {
        #expect(EndOfLife.status(of: .bookworm, in: index([]), at: try day("2026-01-01")) == nil)
    }
}
