import Fleet
import TestSupport
import Testing

@Suite("Inventories are canonical, and deltas lead from one to another")
struct InventoryTests {
    @Test(arguments: Seeds.all)
    func `applying a delta to its base gives the target`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let base = Inventory(randomPackages(using: &generator))
            let target = Inventory(randomPackages(using: &generator))
            #expect(base.applying(target.delta(from: base)) == target, "seed \(seed)")
            #expect(target.delta(from: target).isEmpty, "seed \(seed)")
        }
    }

    @Test(arguments: Seeds.all)
    func `the order in which packages come does not matter`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var seen: Set<PackageKey> = []
        let packages = randomPackages(using: &generator).filter { seen.insert($0.key).inserted }
        let straight = Inventory(packages)
        let shuffled = Inventory(packages.shuffled(using: &generator))
        #expect(straight.canonicalBytes == shuffled.canonicalBytes, "seed \(seed)")
    }

    @Test func `where a package can be had is no part of what is installed`() {
        let package = Package(
            manager: .apt, name: "bash", version: "5.2-1", architecture: "amd64", source: "bash",
            sourceVersion: "5.2-1")
        var elsewhere = package
        elsewhere.origin = "Debian:12/stable"
        #expect(Inventory([package]).canonicalBytes == Inventory([elsewhere]).canonicalBytes)
        #expect(
            String(decoding: Inventory([package]).canonicalBytes, as: UTF8.self)
                == "apt\tbash\tamd64\t5.2-1\tbash\t5.2-1\n")
    }

    @Test(arguments: [
        "bash", "libstdc++6", "0ad", "python3.11", "g++-12", "a0",
    ])
    func `a Debian package name is read`(name: String) {
        #expect(PackageName(apt: name)?.text == name)
    }

    @Test(arguments: [
        "", "a", "-y", "--purge", "Bash", "a b", "a;b", "a/b", "a\n", "+foo", ".foo", "foo:amd64",
        "foo=1", "föö",
        "a,b", "a$(reboot)", String(repeating: "a", count: 256),
    ])
    func `a text that could be an option or a command is no package name`(name: String) {
        #expect(PackageName(apt: name) == nil)
    }

    private func randomPackages(using generator: inout SeededGenerator) -> [Package] {
        (0..<Int.random(in: 0...60, using: &generator)).map { _ in
            let name = "pkg\(Int.random(in: 0...40, using: &generator))"
            let version = "1.\(Int.random(in: 0...3, using: &generator))"
            return Package(
                manager: .apt, name: name, version: version,
                architecture: Bool.random(using: &generator) ? "amd64" : "i386", source: name,
                sourceVersion: version,
                module: Int.random(in: 0...3, using: &generator) == 0 ? "pkg:1" : nil)
        }
    }
}
