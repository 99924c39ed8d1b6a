import Advisories
import Findings
import Fleet
import ServerRecords
import Simulation

/// A simulated fleet as the store would give it: software by number, endpoints as lists of numbers.
struct BenchFleet {
    /// Every package at every patch level that is about, by number.
    let software: [Int64: Package]
    /// For each image and package, the number of the package at the image's level, then at all
    /// levels.
    private let images: [[[Int64]]]
    private let drift: Int
    private let footing: SoftwareFooting
    private let tenants: [TenantID]

    /// The patch levels of a package that are about in the fleet.
    private static let levels = 1...8
    private static let tenantCount = 50
    /// How many endpoints are taken at once, as the server does.
    private static let page = 500

    init(_ fleet: SyntheticFleet, images: Int, drift: Int) {
        var numbers: [Package: Int64] = [:]
        func number(_ package: Package) -> Int64 {
            let next = Int64(numbers.count + 1)
            let known = numbers[package] ?? next
            numbers[package] = known
            return known
        }
        self.images = (0..<images).map { image in
            fleet.inventory(of: image, changes: 0).packages.map { package in
                ([package] + Self.levels.map { package.atPatchLevel($0) }).map(number)
            }
        }
        software = Dictionary(uniqueKeysWithValues: numbers.map { ($0.value, $0.key) })
        self.drift = drift
        let facts = fleet.facts(of: 0)
        footing = SoftwareFooting(
            os: facts.os, kernel: facts.kernel, replaced: [], timeZone: facts.timeZone)
        var generator = SeededGenerator(7, 1)
        tenants = (0..<Self.tenantCount).map { _ in
            TenantID(at: Timestamp(seconds: 0), using: &generator)
        }
    }

    /// An endpoint with its image's software, but for its drift.
    private func member(_ number: Int) -> (member: FleetMember, software: [Int64]) {
        var generator = SeededGenerator(7, UInt64(number))
        let rows = images[number % images.count]
        var software = rows.map { $0[0] }
        for _ in 0..<drift {
            let place = Int.random(in: rows.indices, using: &generator)
            software[place] = rows[place][Int.random(in: Self.levels, using: &generator)]
        }
        // Each has strings of its own, as they come from a store.
        let member = FleetMember(
            id: EndpointID(at: Timestamp(seconds: Int64(number)), using: &generator),
            tenant: TenantID(String(decoding: Array(tenant(number).utf8), as: UTF8.self))
                ?? tenants[0],
            enrolledAt: Timestamp(seconds: 0), inventoryDigest: "\(number)", footing: footing)
        return (member, software.sorted())
    }

    private func tenant(_ number: Int) -> String { tenants[number % tenants.count].text }

    /// Takes endpoints page by page, as the server does when it starts, and returns the seconds
    /// that the taking took, without the making.
    func fill(_ state: inout FindingState, with endpoints: Range<Int>) -> Double {
        let clock = ContinuousClock()
        var spent = Duration.zero
        for first in stride(from: endpoints.lowerBound, to: endpoints.upperBound, by: Self.page) {
            let made = (first..<min(first + Self.page, endpoints.upperBound)).map(member)
            let inventories = made.map { ($0.member.inventoryDigest, $0.software) }
            let page = FleetPage(
                members: made.map(\.member),
                inventories: Dictionary(inventories) { first, _ in first })
            let begun = clock.now
            var packages: [Int64: Package] = [:]
            for number in state.unknownSoftware(in: page) {
                packages[number] = software[number]?.withTextsOfItsOwn
            }
            for member in page.members {
                _ = state.take(
                    member, of: page.inventories, packages: packages, at: member.enrolledAt)
            }
            spent += clock.now - begun
        }
        return spent / .seconds(1)
    }
}

extension Package {
    /// The same package as it comes from a store: no text is shared with another.
    fileprivate var withTextsOfItsOwn: Package {
        func own(_ text: String) -> String { String(decoding: Array(text.utf8), as: UTF8.self) }
        return Package(
            manager: manager, name: own(name), version: own(version),
            architecture: own(architecture), source: own(source), sourceVersion: own(sourceVersion))
    }

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
