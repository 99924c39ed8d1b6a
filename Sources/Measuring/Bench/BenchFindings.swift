import Intelligence
import Administration
import Advisories
import ArgumentParser
import CommandBasics
import ControlPlane
import Feeds
import Findings
import Fleet
import Foundation
import ServerRecords
import Simulation

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
    // What is distinct is read and matched once: of few endpoints it is most of the work, and says
    // little of many.
    @Option(help: "How many endpoints are read back from a store; storing them takes longest.")
    var stored = 100_000
    @Option(help: "How many packages the smallest image has.")
    var packages = 600
    @Option(help: "How many packages the largest image has.")
    var most = 2_000
    @Option(help: "How many images the endpoints were made from.")
    var images = 20
    @Option(help: "How many packages of each differ from its image.")
    var drift = 10
    @Option(help: "The folder on the disk to be measured.")
    var folder: String?

    private static let seed: UInt64 = 7

    func run() async throws {
        let fleet = SyntheticFleet(
            images: images, packages: packages...max(packages, most), drift: drift,
            seed: Self.seed)
        let feed = MadeFeed(fleet, images: images)
        if endpoints > 0 { try measureMemory(fleet, feed) }
        if stored > 0 { try await measureRebuild(fleet, feed) }
    }

    /// What a fleet costs in memory, and how it takes what feeds say.
    private func measureMemory(_ fleet: SyntheticFleet, _ feed: MadeFeed) throws {
        let made = BenchFleet(fleet, images: images, drift: drift)
        var state = FindingState()
        state.fleet.refresh(feed.index(fixing: 5))
        let empty = Self.ownBytes()
        let time = made.fill(&state, with: 0..<endpoints)
        _ = state.newlyKnown(at: Timestamp(seconds: 0))
        // As the server does when it has read its fleet.
        state.isBuilt = true
        let full = Self.ownBytes()
        try Measurement(
            name: "findings.take", value: Double(endpoints) / time, unit: "endpoints/s"
        ).show()
        try Measurement(
            name: "findings.memory", value: (full - empty) / Double(endpoints),
            unit: "bytes/endpoint"
        ).show()
        try Measurement(
            name: "findings.memorySets",
            value: Double(state.fleet.setByteCount) / Double(endpoints), unit: "bytes/endpoint"
        ).show()
        Terminal.writeError(
            "\(state.fleet.softwareCount) rows, \(state.fleet.vulnerabilities.count) vulnerabilities"
        )
        try measureChanges(&state, feed)
        guard many > endpoints else { return }
        let before = Self.ownBytes()
        _ = made.fill(&state, with: endpoints..<many)
        try Measurement(
            name: "findings.memoryOfOneMore",
            value: (Self.ownBytes() - before) / Double(many - endpoints), unit: "bytes/endpoint"
        ).show()
        try measureQuestions(state.fleet, feed)
    }

    /// The process's own memory that is in use, in bytes (proc(5), `smaps_rollup`); 0 where the
    /// system does not tell.
    private static func ownBytes() -> Double {
        let file = URL(filePath: "/proc/self/smaps_rollup")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("Anonymous:") }
        let words = line?.split(separator: " ") ?? []
        return words.count > 1 ? (Double(words[1]) ?? 0) * 1024 : 0
    }

    private func measureChanges(_ state: inout FindingState, _ feed: MadeFeed) throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "patchbay-bench-feed-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: place) }
        var times: [Double] = []
        for round in 0..<5 {
            try Data(feed.catalogue(listing: feed.names[round * 7]).utf8).write(to: place)
            var copy = state
            var affected = 0
            times.append(
                try timed {
                    var entries: [KnownExploited] = []
                    _ = try FeedLoader().load([place.path]) { record in
                        if case .knownExploited(let entry) = record { entries.append(entry) }
                    }
                    let (next, changed) = copy.fleet.index.replacing(knownExploited: entries)
                    affected = copy.fleet.refresh(next, vulnerabilities: changed).count
                    _ = copy.makeRanking(in: .provider)
                })
            guard affected > 0 else { throw Failure.bench("nobody has what became exploited") }
        }
        try Measurement(name: "findings.kevFile", value: median(times) * 1000, unit: "ms").show()
        try Data(feed.tracker(fixing: 6).utf8).write(to: place)
        var affected = 0
        let time = try timed {
            var builder = AdvisoryIndexBuilder()
            _ = try FeedLoader().load([place.path]) { builder.add($0) }
            affected = state.fleet.refresh(builder.build()).count
            _ = state.makeRanking(in: .provider)
        }
        guard affected > 0 else { throw Failure.bench("the feed changed nothing") }
        try Measurement(name: "findings.refresh", value: time, unit: "s").show()
    }

    private func measureQuestions(_ index: FleetIndex, _ feed: MadeFeed) throws {
        var (total, slowest) = (0, 0.0)
        let asked = stride(from: 0, to: feed.names.count, by: 17).map { feed.names[$0] }
        let time = timed {
            for name in asked {
                slowest = max(slowest, timed { total += index.affected(by: name).count })
            }
        }
        guard total > 0 else { throw Failure.bench("nobody is affected") }
        try Measurement(
            name: "findings.whoHas", value: time * 1000 / Double(asked.count), unit: "ms"
        ).show()
        try Measurement(name: "findings.whoHasSlowest", value: slowest * 1000, unit: "ms").show()
    }

    private func measureRebuild(_ fleet: SyntheticFleet, _ feed: MadeFeed) async throws {
        try await BenchPlace.with(in: folder) { place in
            let token = try await place.token(uses: stored)
            let useCases = place.useCases
            // Scans are large: they are made and stored some at a time.
            for first in stride(from: 0, to: stored, by: Self.scansAtOnce) {
                let scans = try await BenchIngest.enrolAll(
                    first..<min(first + Self.scansAtOnce, stored), useCases, fleet, token)
                try await inParallel(scans.count, width: 16) { number in
                    let scan = scans[number]
                    try await useCases.storeInventory(
                        scan.bytes, digest: scan.digest, by: scan.agent)
                    _ = try await useCases.storeScan(scan.upload, by: scan.agent)
                }
            }
            try await useCases.take(feed.index(fixing: 5))
            try await measureReading("findings.firstBuild", useCases)
            // What a server does that starts again: all has been judged before.
            let restarted = place.restarted()
            try await restarted.take(feed.index(fixing: 5))
            try await measureReading("findings.rebuild", restarted)
        }
    }

    private func measureReading(_ name: String, _ useCases: UseCases) async throws {
        let time = try await seconds { try await useCases.buildFindings() }
        let size = useCases.findings.size
        guard size.endpoints == stored else { throw Failure.bench("the fleet was not read") }
        try Measurement(name: name, value: Double(stored) / time, unit: "endpoints/s").show()
        Terminal.writeError("\(size.software) rows, \(size.vulnerabilities) vulnerabilities")
    }

    private static let scansAtOnce = 1_000

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private func timed(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let begun = clock.now
        try body()
        return (clock.now - begun) / .seconds(1)
    }
}

extension Failure {
    fileprivate static func bench(_ words: String) -> Failure {
        Failure(.couldNot, "The measurement is wrong: \(words).", nextStep: "", code: "E_BENCH")
    }
}
