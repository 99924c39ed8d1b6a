import Advisories
import Fleet
import ServerRecords
import TestSupport
import Testing

@testable import Findings

/// Endpoints that are told from others while the fleet is read: each has what it has when every
/// one is looked up by itself.
struct LookalikesTests {
    /// A made-up fleet: endpoints of few images that drift apart, and what the store knows.
    private struct MadeFleet {
        var packages: [Int64: Package] = [:]
        var pages: [FleetPage] = []
    }

    private static let digests = 70
    private static let perPage = 20

    private func package(_ name: String, _ version: String, of source: String) -> Package {
        Package(
            manager: .apt, name: name, version: version, architecture: "amd64", source: source,
            sourceVersion: version)
    }

    /// Every package in some versions; kernels among them, two pieces of software that share a row,
    /// a source whose packages leave its epoch out, and software that the store has not any more.
    private func made(_ random: inout SeededGenerator) -> MadeFleet {
        var fleet = MadeFleet()
        var levels: [[Int64]] = []
        for place in 0..<90 {
            var numbers: [Int64] = []
            for level in 1...4 {
                let number = Int64(fleet.packages.count + 1)
                var made = package("tool-\(place)", "1.0-\(level)", of: "tools-\(place / 3)")
                if place % 3 == 1 { made.sourceVersion = "1:1.0-\(level)" }
                if place == 7 {
                    made = package(
                        "linux-image-6.1.0-3\(level)-amd64", "6.1.\(level)-1",
                        of: "linux-signed-amd64")
                }
                if place == 9 { made.version = "1.0-\((level + 1) / 2)" }
                if place == 9 { (made.sourceVersion, made.origin) = (made.version, "\(level)") }
                fleet.packages[number] = made
                numbers.append(number)
            }
            levels.append(numbers)
        }
        let images = (0..<4).map { image in
            levels.indices.filter { ($0 + image) % 5 != 0 || $0 % 11 == image }
        }
        var inventories: [[Int64]] = []
        for number in 0..<Self.digests {
            var software = images[number % images.count].map { levels[$0][0] }
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let place = software.indices.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<4, using: &random) {
                case 0: software.remove(at: place)
                case 1: software.append(Int64.random(in: 1...360, using: &random))
                default: software[place] += Int64.random(in: 0...3, using: &random)
                }
            }
            inventories.append(Set(software).sorted())
        }
        inventories[3] = []
        fill(&fleet, with: inventories, &random)
        fleet.packages[77] = nil
        return fleet
    }

    private func fill(
        _ fleet: inout MadeFleet, with inventories: [[Int64]], _ random: inout SeededGenerator
    ) {
        let systems = [("12", "bookworm"), ("13", "trixie")].map {
            OperatingSystem(id: "debian", versionId: $0.0, name: "Debian", codename: $0.1)
        }
        for page in 0..<12 {
            var members: [FleetMember] = []
            for place in 0..<Self.perPage {
                let digest = Int.random(in: 0..<Self.digests, using: &random)
                let footing = SoftwareFooting(
                    os: systems[Int.random(in: 0...5, using: &random) / 5],
                    kernel: "6.1.0-3\(Int.random(in: 1...2, using: &random))-amd64",
                    replaced: Int.random(in: 0..<4, using: &random) == 0 ? ["tool-20"] : [])
                let instant = Timestamp(seconds: Int64(page * Self.perPage + place))
                members.append(
                    FleetMember(
                        id: EndpointID(at: instant, using: &random),
                        tenant: TenantID(at: Timestamp(seconds: 0), using: &random),
                        enrolledAt: instant, inventoryDigest: "\(digest)", footing: footing))
            }
            let wanted = Set(members.map(\.inventoryDigest))
            fleet.pages.append(
                FleetPage(
                    members: members,
                    inventories: Dictionary(
                        uniqueKeysWithValues: wanted.map { ($0, inventories[Int($0) ?? 0]) })))
        }
    }

    private func advisories() -> AdvisoryIndex {
        var builder = AdvisoryIndexBuilder()
        for place in 0..<30 {
            builder.add(.debian("CVE-2026-\(place)", "tools-\(place)", fixed: "1.0-3"))
        }
        builder.add(.debian("CVE-2026-99", "linux", fixed: "6.1.3-1"))
        return builder.build()
    }

    /// Takes pages as the server does when it starts. Some endpoints are taken once more, as they
    /// have become: one that others were told from is then not what it was.
    private func read(_ fleet: MadeFleet, into state: inout FindingState) {
        for page in fleet.pages {
            let unknown = state.unknownSoftware(in: page)
            let packages = fleet.packages.filter { unknown.contains($0.key) }
            for (place, member) in page.members.enumerated() {
                if place % 7 == 3 {
                    var earlier = member
                    earlier.inventoryDigest = page.members[0].inventoryDigest
                    _ = state.take(
                        earlier, of: page.inventories, packages: packages, at: member.enrolledAt)
                }
                _ = state.take(
                    member, of: page.inventories, packages: packages, at: member.enrolledAt)
            }
        }
    }

    /// What an endpoint has, and what is found on it.
    private struct Told: Equatable {
        let rows: Set<FleetIndex.Software>
        let findings: [String]
    }

    /// That of each endpoint.
    private func told(_ state: FindingState) -> [EndpointID: Told] {
        var told: [EndpointID: Told] = [:]
        for id in state.numbers.keys {
            guard let number = state.numbers[id] else { continue }
            told[id] = Told(
                rows: Set(state.fleet.rows(of: number).map { state.fleet.software($0) }),
                findings: state.fleet.findings(of: number)
                    .map { "\($0.vulnerability) \($0.package) \($0.state)" }.sorted())
        }
        return told
    }

    @Test(arguments: Seeds.all)
    func `a fleet that is read is the same as its endpoints taken one by one`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let fleet = made(&random)
        var (reading, plain) = (FindingState(), FindingState())
        reading.fleet.refresh(advisories())
        plain.fleet.refresh(advisories())
        // What comes when the fleet has been read is taken by itself.
        plain.isBuilt = true
        read(fleet, into: &reading)
        read(fleet, into: &plain)
        let (read, expected) = (told(reading), told(plain))
        #expect(read.count == fleet.pages.count * Self.perPage, "seed \(seed)")
        for (id, each) in expected {
            #expect(read[id] == each, "seed \(seed), endpoint \(id)")
        }
        #expect(expected.contains { !$0.value.findings.isEmpty })
    }

    private let footing = EndpointShape(
        footing: SoftwareFooting(
            os: OperatingSystem(id: "debian", versionId: "12", name: "Debian"), kernel: "",
            replaced: []))

    private func shape(_ digest: String) -> EndpointShape {
        EndpointShape(digest: digest, on: footing)
    }

    @Test(arguments: Seeds.all)
    func `what differs is what only one of two inventories has`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...300, using: &random)
            let model = Set((0..<count).map { _ in Int64.random(in: 1...2_000, using: &random) })
            var other = model
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                if let gone = other.randomElement(using: &random), Bool.random(using: &random) {
                    other.remove(gone)
                } else {
                    other.insert(Int64.random(in: 1...2_000, using: &random))
                }
            }
            var lookalikes = Lookalikes()
            lookalikes.remember(.init(number: 4, stamp: 1), with: model.sorted(), on: footing)
            let found = lookalikes.note(shape("a"), with: other.sorted(), on: footing)
            let (lost, gained) = (model.subtracting(other), other.subtracting(model))
            guard lost.count + gained.count <= 24 + other.count / 16 else {
                #expect(found == nil, "seed \(seed)")
                continue
            }
            #expect(found?.lost == lost.sorted(), "seed \(seed)")
            #expect(found?.gained == gained.sorted(), "seed \(seed)")
            #expect(found?.from.number == 4)
        }
    }

    @Test func `the nearest of several is told from, under the same footing alone`() {
        var lookalikes = Lookalikes()
        let images = (0..<40).map { image in (0..<400).map { Int64($0 * 40 + image) } }
        for (image, software) in images.enumerated() {
            let seen = Lookalikes.Seen(number: UInt32(image), stamp: image)
            lookalikes.remember(seen, with: software, on: footing)
        }
        for (image, software) in images.enumerated() {
            let found = lookalikes.note(
                shape("\(image)"), with: Array(software.dropFirst(3)), on: footing)
            #expect(found?.from.number == UInt32(image))
            #expect(found?.lost == Array(software.prefix(3)))
        }
        #expect(lookalikes.note(shape("x"), with: images[0], on: shape("other")) == nil)
    }

    @Test func `an endpoint that is not what it was is forgotten`() {
        var lookalikes = Lookalikes()
        let software = (1...100).map { Int64($0) }
        let seen = Lookalikes.Seen(number: 1, stamp: 5)
        lookalikes.remember(seen, with: software, on: footing)
        lookalikes.forget(.init(number: 1, stamp: 6), on: footing)
        #expect(lookalikes.note(shape("a"), with: software, on: footing) != nil)
        lookalikes.forget(seen, on: footing)
        lookalikes.forgetNotes()
        #expect(lookalikes.difference(of: shape("a"), with: software, on: footing) == nil)
    }
}
