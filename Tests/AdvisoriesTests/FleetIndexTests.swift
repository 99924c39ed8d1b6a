import Fleet
import TestSupport
import Testing
import Versions

@testable import Advisories

struct EndpointSetTests {
    @Test(arguments: Seeds.all)
    func `it does what a set does, however many members it has`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for range in [100, 20_000, 200_000] as [UInt32] {
            var (sets, plain) = ([EndpointSet(), EndpointSet()], [Set<UInt32>(), Set<UInt32>()])
            for _ in 0..<30_000 {
                let which = Int.random(in: 0...1, using: &random)
                let number = UInt32.random(in: 0..<range, using: &random)
                if Int.random(in: 0...9, using: &random) < 7 {
                    sets[which].insert(number)
                    plain[which].insert(number)
                } else {
                    sets[which].remove(number)
                    plain[which].remove(number)
                }
            }
            #expect(sets[0].numbers == plain[0].sorted(), "seed \(seed)")
            #expect(sets[0].count == plain[0].count)
            #expect(
                sets[0].intersection(sets[1]).numbers == plain[0].intersection(plain[1]).sorted())
            #expect(
                sets[0].subtracting(sets[1]).numbers == plain[0].subtracting(plain[1]).sorted())
            #expect(sets[0].isDisjoint(with: sets[1]) == plain[0].isDisjoint(with: plain[1]))
            #expect(sets[0].subtracting(sets[1]).isDisjoint(with: sets[1]))
            var union = sets[0]
            union.formUnion(sets[1])
            #expect(union.numbers == plain[0].union(plain[1]).sorted())
            #expect(union == EndpointSet(union.numbers))
            for number in plain[0].prefix(100) { #expect(sets[0].contains(number)) }
            for number in 0..<min(range, 1000) {
                #expect(sets[1].contains(number) == plain[1].contains(number))
            }
        }
    }

    @Test func `a hundred thousand endpoints in one set cost little more than a bit each`() {
        let set = EndpointSet((0..<100_000).lazy.map { UInt32($0) })
        #expect(set.byteCount <= 2 * 8192)
        #expect(set.count == 100_000)
    }

    @Test func `numbers at the ends of their range are kept apart`() {
        let numbers: [UInt32] = [0, 65_535, 65_536, 131_071, .max]
        let set = EndpointSet(numbers)
        #expect(set.numbers == numbers)
        #expect(!set.contains(1) && !set.contains(.max - 1))
    }
}

struct FleetIndexTests {
    private static let names = (0..<20).map { "package\($0)" }

    @Test func `rows that differ in nothing but their module are told apart`() {
        let streams = ["18", "20"].map { ModuleStream(name: "nodejs", stream: $0) }
        var builder = AdvisoryIndexBuilder()
        builder.add(
            .rpm(
                "RLSA-1", "nodejs", fixed: "20.9-1", module: streams[1],
                vulnerabilities: ["CVE-2026-1"]))
        var fleet = FleetIndex(builder.build())
        let rows = streams.map {
            FleetIndex.Software(
                platform: Platform(.rocky), row: .rpm("nodejs", "18.2-1", module: $0))
        }
        let numbers = rows.map { fleet.register($0) }
        #expect(numbers.map { fleet.software($0).row.module } == streams)
        #expect(rows.map { fleet.found(in: $0).count } == [0, 1])
    }

    private func index(_ random: inout SeededGenerator, cves: Int) -> AdvisoryIndex {
        var builder = AdvisoryIndexBuilder()
        for number in 0..<cves {
            let fixed =
                Bool.random(using: &random)
                ? "1.\(Int.random(in: 0...5, using: &random))" : nil
            builder.add(
                .debian(
                    "CVE-\(number)", Self.names.randomElement(using: &random) ?? "package0",
                    fixed: fixed, release: Bool.random(using: &random) ? "bookworm" : "13"))
        }
        return builder.build()
    }

    private func anyRow(_ random: inout SeededGenerator) -> SoftwareRow {
        .deb(
            Self.names.randomElement(using: &random) ?? "package0",
            "1.\(Int.random(in: 0...6, using: &random))")
    }

    @Test(arguments: Seeds.all)
    func `a fleet answers as matching each endpoint by itself does`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var index = index(&random, cves: 40)
        var fleet = FleetIndex(index)
        var endpoints: [UInt32: (os: OperatingSystem, rows: Set<SoftwareRow>)] = [:]
        for _ in 0..<400 {
            let endpoint = UInt32.random(in: 0..<60, using: &random) * 3000
            let os = endpoint.isMultiple(of: 2000) ? OperatingSystem.bookworm : .trixie
            let row = anyRow(&random)
            let software = fleet.register(
                FleetIndex.Software(platform: Platform(os), row: row))
            var rows = endpoints[endpoint]?.rows ?? []
            if rows.remove(row) != nil {
                fleet.apply(endpoint: endpoint, removed: [software])
            } else {
                rows.insert(row)
                fleet.apply(endpoint: endpoint, added: [software])
            }
            endpoints[endpoint] = (os, rows)
        }
        for round in 0..<3 {
            var naive: [String: Set<UInt32>] = [:]
            for (endpoint, software) in endpoints {
                let report = Matcher(index).report(
                    on: EndpointSoftware(os: software.os, rows: Array(software.rows)))
                for finding in report.findings {
                    naive[finding.vulnerability, default: []].insert(endpoint)
                }
            }
            for number in 0..<60 {
                let vulnerability = "CVE-\(number)"
                #expect(
                    fleet.affected(by: vulnerability).numbers
                        == (naive[vulnerability] ?? []).sorted(),
                    "seed \(seed), round \(round), \(vulnerability)")
            }
            index = self.index(&random, cves: 60)
            fleet.refresh(index)
        }
    }

    @Test func `a refresh names the endpoints for which something changed`() {
        func index(_ fixed: String) -> AdvisoryIndex {
            var builder = AdvisoryIndexBuilder()
            builder.add(.debian("CVE-1", "bash", fixed: fixed))
            return builder.build()
        }
        let platform = Platform(.bookworm)
        var fleet = FleetIndex(index("5.2"))
        let old = fleet.register(.init(platform: platform, row: .deb("bash", "5.2")))
        let new = fleet.register(.init(platform: platform, row: .deb("bash", "5.3")))
        fleet.apply(endpoint: 7, added: [old])
        fleet.apply(endpoint: 8, added: [new])
        #expect(fleet.affected(by: "CVE-1").isEmpty)
        #expect(fleet.refresh(index("5.3"), touching: ["dash"]).isEmpty)
        #expect(fleet.refresh(index("5.3"), touching: ["bash"]).numbers == [7])
        #expect(fleet.affected(by: "CVE-1").numbers == [7])
        #expect(fleet.rows(with: "CVE-1").map(\.software.row.version) == ["5.2"])
        #expect(
            fleet.found(in: .init(platform: platform, row: .deb("bash", "5.2"))).first?.fixedIn
                == "5.3")
        #expect(fleet.refresh(index("5.3")).isEmpty)
    }

    @Test(arguments: Seeds.all)
    func `what runs counts in a fleet as it does on each endpoint by itself`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let index = index(&random, cves: 60)
        var fleet = FleetIndex(index)
        for endpoint in 0..<40 as Range<UInt32> {
            var replaced = ReplacedCode()
            for name in Self.names where Int.random(in: 0...3, using: &random) == 0 {
                replaced.addNames(in: name)
            }
            let kernels = (0..<Int.random(in: 0...3, using: &random)).map { number in
                SoftwareRow.deb(
                    "linux-image-6.1.0-\(number)-amd64", "1.\(number)", source: "package0")
            }
            let software = EndpointSoftware(
                os: .bookworm,
                runningKernel: "6.1.0-\(Int.random(in: 0...3, using: &random))-amd64",
                rows: Array(Set((0..<9).map { _ in anyRow(&random) })) + kernels,
                replaced: replaced)
            let platform = fleet.register(Platform(.bookworm))
            let rows = software.counted.map { fleet.register($0, on: platform) }
            fleet.apply(endpoint: endpoint, added: rows)
            #expect(
                fleet.findings(of: endpoint).sorted { "\($0)" < "\($1)" }
                    == Matcher(index).report(on: software).findings
                    .sorted { "\($0)" < "\($1)" }, "seed \(seed)")
            #expect(Set(fleet.rows(of: endpoint)) == Set(rows))
        }
    }

    @Test func `a new entry of the catalogue of exploited vulnerabilities touches its rows only`() {
        var builder = AdvisoryIndexBuilder()
        builder.add(.debian("CVE-1", "bash", fixed: "5.2"))
        builder.add(.debian("CVE-2", "dash", fixed: "5.2"))
        let index = builder.build()
        var fleet = FleetIndex(index)
        for (endpoint, name) in [(1, "bash"), (2, "dash")] as [(UInt32, String)] {
            let row = fleet.register(
                FleetIndex.Software(platform: Platform(.bookworm), row: .deb(name, "5.0")))
            fleet.apply(endpoint: endpoint, added: [row])
        }
        _ = fleet.takeChangedRows()
        let before = fleet.findings(of: 1).map(\.assessment.risk.value)
        let entry = KnownExploited(vulnerability: "CVE-1", title: "", added: Timestamp(seconds: 0))
        let (next, changed) = index.replacing(knownExploited: [entry])
        #expect(changed == ["CVE-1"])
        #expect(fleet.refresh(next, vulnerabilities: changed).numbers == [1])
        #expect(fleet.takeChangedRows().count == 1)
        #expect(fleet.findings(of: 1).map(\.assessment.risk.value)[0] > before[0])
        #expect(fleet.findings(of: 2).first?.assessment.knownExploited == nil)
        #expect(next.replacing(knownExploited: []).changed == ["CVE-1"])
    }
}
