import Findings
import Administration
import Advisories
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import ServerRecords
import Simulation
import Versions

/// `patchbay bench findings`
struct BenchFindings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "findings",
        abstract: "Ask a made-up fleet who has what, and let feeds change under it.",
        discussion: "Example: patchbay bench findings --endpoints 100000")

    @Option(help: "How many endpoints the fleet has whose feeds change.")
    var endpoints = 100_000
    @Option(help: "How many endpoints are asked for who has a vulnerability.")
    var many = 1_000_000
    @Option(help: "How many endpoints are read back from a store.")
    var stored = 2_000
    @Option(help: "How many packages each has.")
    var packages = 700
    @Option(help: "How many images the endpoints were made from.")
    var images = 20
    @Option(help: "How many packages of each differ from its image.")
    var drift = 10
    @Option(help: "The folder on the disk to be measured.")
    var folder: String?

    func run() async throws {
        let fleet = SyntheticFleet(images: images, packages: packages, drift: drift, seed: 7)
        let feed = MadeFeed(fleet, images: images)
        var index = FleetIndex(feed.index(fixing: 5))
        try fill(&index, fleet, count: endpoints, drift: drift)
        try Measurement(
            name: "findings.memory", value: Double(index.setByteCount) / Double(endpoints),
            unit: "bytes/endpoint"
        ).show()
        try measureChanges(&index, feed)
        try fill(&index, fleet, from: endpoints, count: many, drift: 0)
        try measureQuestions(index, feed)
        try await measureRebuild(fleet, feed)
    }

    /// Joins endpoints to their software. An image's packages are joined at once for all that were
    /// made from it; each then gets so much drift of its own.
    private func fill(
        _ index: inout FleetIndex, _ fleet: SyntheticFleet, from first: Int = 0, count: Int,
        drift: Int
    ) throws {
        let platform = index.register(Platform(fleet.facts(of: 0).os))
        let plain = SyntheticFleet(images: images, packages: packages, drift: 0, seed: 7)
        var variants: [[[FleetIndex.SoftwareNumber]]] = []
        for image in 0..<images {
            let members = EndpointSet(
                (first..<count).lazy.filter { $0 % images == image }.map { UInt32($0) })
            let made = plain.inventory(of: image, changes: 0).packages
            variants.append(
                made.map { package in
                    ([package] + Self.levels.map { package.atPatchLevel($0) }).map {
                        index.register(CountedRow(SoftwareRow($0)), on: platform)
                    }
                })
            index.apply(endpoints: members, added: variants[image].map { $0[0] })
        }
        for endpoint in first..<count {
            var generator = SeededGenerator(7, UInt64(endpoint))
            let rows = variants[endpoint % images]
            for _ in 0..<drift {
                let row = rows[Int.random(in: rows.indices, using: &generator)]
                let level = Int.random(in: Self.levels, using: &generator)
                index.apply(endpoint: UInt32(endpoint), removed: [row[0]], added: [row[level]])
            }
        }
    }

    /// The patch levels of a package that are about in the fleet.
    private static let levels = 1...8

    private func measureChanges(_ index: inout FleetIndex, _ feed: MadeFeed) throws {
        var times: [Double] = []
        for round in 0..<5 {
            let entry = KnownExploited(
                vulnerability: feed.names[round * 7], title: "", added: Timestamp(seconds: 0))
            var copy = index
            var affected = 0
            let time = timed {
                let (next, changed) = copy.index.replacing(knownExploited: [entry])
                affected = copy.refresh(next, vulnerabilities: changed).count
            }
            guard affected > 0 else { throw Failure.bench("nobody has what became exploited") }
            times.append(time)
        }
        try Measurement(name: "findings.kevEntry", value: median(times) * 1000, unit: "ms").show()
        let next = feed.index(fixing: 6)
        var affected = 0
        let time = timed { affected = index.refresh(next).count }
        guard affected > 0 else { throw Failure.bench("the feed changed nothing") }
        try Measurement(name: "findings.refresh", value: time, unit: "s").show()
    }

    private func measureQuestions(_ index: FleetIndex, _ feed: MadeFeed) throws {
        var total = 0
        let asked = stride(from: 0, to: feed.names.count, by: 17).map { feed.names[$0] }
        let time = timed { for name in asked { total += index.affected(by: name).count } }
        guard total > 0 else { throw Failure.bench("nobody is affected") }
        try Measurement(
            name: "findings.whoHas", value: time * 1000 / Double(asked.count), unit: "ms"
        ).show()
    }

    private func measureRebuild(_ fleet: SyntheticFleet, _ feed: MadeFeed) async throws {
        try await BenchPlace.with(in: folder) { place in
            let token = try await place.token(uses: stored)
            let scans = try await BenchIngest.enrolAll(stored, place.useCases, fleet, token)
            let useCases = place.useCases
            try await inParallel(scans.count, width: 16) { number in
                let scan = scans[number]
                try await useCases.storeInventory(scan.bytes, digest: scan.digest, by: scan.agent)
                _ = try await useCases.storeScan(scan.upload, by: scan.agent)
            }
            try await useCases.take(feed.index(fixing: 5))
            let time = try await seconds { try await useCases.buildFindings() }
            guard useCases.findings.size.endpoints == stored else {
                throw Failure.bench("the fleet was not read")
            }
            try Measurement(
                name: "findings.rebuild", value: Double(stored) / time, unit: "endpoints/s"
            ).show()
        }
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private func timed(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let begun = clock.now
        try body()
        return (clock.now - begun) / .seconds(1)
    }
}

/// A tracker of the made-up packages: each source has some vulnerabilities, mended at different
/// patch levels.
struct MadeFeed: Sendable {
    let names: [String]
    private let advisories: [(name: String, source: String, version: String, level: Int)]

    /// Vulnerabilities of one source, as many as the larger part of a tracker's have.
    private static let perSource = 4

    init(_ fleet: SyntheticFleet, images: Int) {
        var sources: [String: String] = [:]
        for image in 0..<images {
            for package in fleet.inventory(of: image, changes: 0).packages {
                sources[package.source] = package.sourceVersion
            }
        }
        let mark = "+deb12u"
        advisories = sources.sorted { $0.key < $1.key }.enumerated().flatMap { place, source in
            (0..<Self.perSource).map { number in
                let base = source.value.split(separator: mark).first.map(String.init) ?? "1"
                return (
                    "CVE-2026-\(place * Self.perSource + number)", source.key, base + mark,
                    number * 2
                )
            }
        }
        names = advisories.map(\.name)
    }

    /// The index, with the first fix of each source at this patch level.
    func index(fixing first: Int) -> AdvisoryIndex {
        var builder = AdvisoryIndexBuilder()
        for advisory in advisories {
            builder.add(
                .advisory(
                    Advisory(
                        id: advisory.name,
                        source: AdvisorySource(name: "debian-tracker", authority: .tracker),
                        vulnerabilities: [advisory.name],
                        affected: [
                            AffectedPackage(
                                scope: .release(
                                    ReleaseName(distribution: "debian", release: "12")),
                                order: .deb, name: advisory.source, counting: .source,
                                ranges: [
                                    .before(fix: advisory.version + "\(first + advisory.level)")
                                ])
                        ])))
        }
        return builder.build()
    }
}

extension Package {
    /// The same package at another patch level.
    fileprivate func atPatchLevel(_ level: Int) -> Package {
        var package = self
        let mark = "+deb12u"
        let base = version.split(separator: mark).first.map(String.init) ?? version
        package.version = base + mark + "\(level)"
        package.sourceVersion = package.version
        return package
    }
}

extension Failure {
    fileprivate static func bench(_ words: String) -> Failure {
        Failure(.couldNot, "The measurement is wrong: \(words).", nextStep: "", code: "E_BENCH")
    }
}
