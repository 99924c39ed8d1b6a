@testable import Fleet
import TestSupport
import Testing

@Suite("An inventory's text is read back exactly, or refused")
struct InventoryTextTests {
    private static let packages = (0..<50).map { number in
        Package(
            manager: .apt, name: "pkg\(number)", version: "1:1.\(number)~rc1-2+b\(number)",
            architecture: number.isMultiple(of: 3) ? "all" : "amd64", source: "src\(number / 2)",
            sourceVersion: "1:1.\(number)~rc1-2")
    }

    @Test func `what is written is read back`() throws {
        let inventory = Inventory(Self.packages)
        #expect(try InventoryText(inventory.canonicalBytes).inventory == inventory)
        #expect(try InventoryText([]).inventory == Inventory([]))
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

    @Test(arguments: [
        ("apt\tbash\tamd64\t1\tbash\t1", "no end"),
        ("apt\tbash\tamd64\t1\tbash\n", "5 fields"),
        ("apt\tbash\tamd64\t\tbash\t1\n", "empty"),
        ("dos\tbash\tamd64\t1\tbash\t1\n", "grammar"),
        ("apt\t--purge\tamd64\t1\tbash\t1\n", "grammar"),
        ("apt\tb b\tamd64\t1\tbash\t1\n", "plain text"),
        ("apt\tbb\tamd64\t1\tb\t1\napt\taa\tamd64\t1\ta\t1\n", "order"),
        ("apt\tbb\tamd64\t1\tb\t1\napt\tbb\tamd64\t2\ta\t1\n", "twice"),
        ("\n", "1 fields"),
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
