@testable import Fleet
import TestSupport
import Testing

@Suite("An inventory's text is read back exactly, or refused")
struct InventoryTextTests {
    private static let packages = (0..<50).map { number in
        Package(
            manager: .apt, name: "pkg\(number)", version: "1:1.\(number)~rc1-2+b\(number)",
            architecture: number.isMultiple(of: 3) ? "all" : "amd64", source: "src\(number / 2)",
            sourceVersion: "1:1.\(number)~rc1-2",
            module: number.isMultiple(of: 7) ? "postgresql:\(number)" : nil)
    }

    @Test func `what is written is read back`() throws {
        let inventory = Inventory(Self.packages)
        #expect(try InventoryText(inventory.canonicalBytes).inventory == inventory)
        #expect(try InventoryText([]).inventory == Inventory([]))
    }

    @Test func `a line has a seventh field where there is a module, and only there`() throws {
        var package = Package(
            manager: .dnf, name: "php", version: "8.3.1-1", architecture: "x86_64", source: "php",
            sourceVersion: "8.3.1-1")
        let plain = String(decoding: Inventory([package]).canonicalBytes, as: UTF8.self)
        #expect(plain == "dnf\tphp\tx86_64\t8.3.1-1\tphp\t8.3.1-1\n")
        package.module = "php:8.3"
        let bytes = Inventory([package]).canonicalBytes
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "dnf\tphp\tx86_64\t8.3.1-1\tphp\t8.3.1-1\tphp:8.3\n")
        #expect(try InventoryText(bytes).inventory.packages == [package])
    }

    @Test(arguments: [
        ("nodejs:20:9050020240909:rhel9", "nodejs:20"), ("nodejs:20", "nodejs:20"),
        ("(none)", nil), ("", nil), ("nodejs", nil), (":20", nil), ("nodejs:", nil),
        ("node js:20", nil), ("nodejs:\t20", nil),
        (String(repeating: "a", count: 128) + ":1", nil),
    ])
    func `what rpm tells of a module is its name and stream`(label: String, module: String?) {
        #expect(Package.module(label: label) == module)
    }

    @Test func `a text made of an inventory is the text that is read`() throws {
        let inventory = Inventory(Self.packages)
        let text = try InventoryText(inventory.canonicalBytes)
        #expect(InventoryText(inventory) == text)
        #expect(text.count == inventory.packages.count)
        for place in 0..<text.count {
            #expect(text.package(at: place) == inventory.packages[place])
            let line = Inventory([inventory.packages[place]]).canonicalBytes.dropLast()
            #expect(text.bytes[text.line(at: place)] == line)
        }
    }

    @Test func `titles and builds of macOS, which hold blanks, are read back`() throws {
        let packages = [
            Package(
                manager: .application, name: "zoom.us", version: "5.17.5 (29101)",
                architecture: "all", source: "zoom.us", sourceVersion: "5.17.5 (29101)"),
            Package(
                manager: .softwareupdate, name: "Command Line Tools for Xcode", version: "26.5",
                architecture: "all", source: "Command Line Tools for Xcode",
                sourceVersion: "26.5"),
        ]
        let text = try InventoryText(Inventory(packages).canonicalBytes)
        #expect(text.inventory.packages == packages)
    }

    @Test(arguments: [
        ("apt\tbash\tamd64\t1\tbash\t1", "no end"),
        ("apt\tbash\tamd64\t1\tbash\n", "5 fields"),
        ("apt\tbash\tamd64\t\tbash\t1\n", "empty"),
        ("dos\tbash\tamd64\t1\tbash\t1\n", "grammar"),
        ("apt\t--purge\tamd64\t1\tbash\t1\n", "grammar"),
        ("apt\tbb\tamd64\t1\tb\t1\napt\tcC\tamd64\t1\tb\t1\n", "grammar"),
        ("apt\tbb\tamd64\t1\tb\t1\napt\tcé\tamd64\t1\tb\t1\n", "grammar"),
        ("apt\tbb\tamd64\t1\tb\t1\nap\tcc\tamd64\t1\tb\t1\n", "grammar"),
        ("apt\tb\tamd64\t1\tb\t1\n", "grammar"),
        ("apt\tb b\tamd64\t1\tbash\t1\n", "grammar"),
        ("apt\tbb\tamd64\t1\u{1}2\tbash\t1\n", "plain text"),
        ("apt\tbb\tamd64\t1\tb\t1\napt\taa\tamd64\t1\ta\t1\n", "order"),
        ("apt\tbb\tamd64\t1\tb\t1\napt\tbb\tamd64\t2\ta\t1\n", "twice"),
        ("\n", "1 fields"),
        ("dnf\tphp\tx86_64\t8-1\tphp\t8-1\tphp:8.3\tx\n", "8 fields"),
        ("dnf\tphp\tx86_64\t8-1\tphp\t8-1\t\n", "empty"),
        ("dnf\tphp\tx86_64\t8-1\tphp\t8-1\tphp\n", "name and stream"),
        ("dnf\tphp\tx86_64\t8-1\tphp\t8-1\t:8.3\n", "name and stream"),
        ("dnf\tphp\tx86_64\t8-1\tphp\t8-1\tphp:\n", "name and stream"),
        ("dnf\tphp\tx86_64\t8-1\tphp\t8-1\tphp:8.3:80\n", "name and stream"),
        (
            "dnf\tphp\tx86_64\t8-1\tphp\t8-1\tphp:\(String(repeating: "8", count: 125))\n",
            "name and stream"
        ),
    ])
    func `a text that is not canonical is refused with its line`(text: String, reason: String) {
        do {
            _ = try InventoryText(Array(text.utf8))
            Issue.record("read: \(text)")
        } catch {
            #expect(error.reason.contains(reason), "\(error.reason)")
        }
    }

    @Test(arguments: Seeds.all)
    func `a changed byte is refused or gives another inventory`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let inventory = Inventory(Self.packages)
        let bytes = inventory.canonicalBytes
        for _ in 0..<1000 {
            var changed = bytes
            let place = Int.random(in: changed.indices, using: &generator)
            changed[place] = UInt8.random(in: .min ... .max, using: &generator)
            guard changed != bytes, let read = try? InventoryText(changed).inventory else {
                continue
            }
            #expect(read != inventory, "seed \(seed)")
            #expect(read.canonicalBytes == changed, "seed \(seed)")
        }
    }

    @Test(arguments: Seeds.all)
    func `random bytes never crash the reader`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("apt\t\n bash1.~+-:\u{0}é".utf8)
        for _ in 0..<2000 {
            let length = Int.random(in: 0...200, using: &generator)
            let bytes = (0..<length).map { _ in
                alphabet[Int.random(in: alphabet.indices, using: &generator)]
            }
            if let read = try? InventoryText(bytes).inventory {
                #expect(read.canonicalBytes == bytes)
            }
        }
    }
}
