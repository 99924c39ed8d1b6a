@testable import Store
import TestSupport
import Testing

@Suite struct `Numbers in few bytes` {
    @Test(arguments: Seeds.all) func `rising numbers come back as they were`(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for count in [0, 1, 2, 500] {
            let numbers = (0..<count).map { _ in
                Int64.random(in: 0...(.max), using: &generator)
                    >> Int64.random(in: 0...62, using: &generator)
            }
            .sorted()
            #expect(
                VariableInteger.decode(rising: VariableInteger.encode(rising: numbers)) == numbers,
                "seed \(seed)")
            let mixed = numbers.shuffled(using: &generator)
            #expect(
                VariableInteger.decode(VariableInteger.encode(mixed)) == mixed.map { UInt64($0) },
                "seed \(seed)")
        }
    }

    @Test func `neighbours take one byte each`() {
        #expect(VariableInteger.encode(rising: Array(1...1000)).count == 1000)
    }

    @Test(arguments: [[0x80], [0x01, 0xFF], [UInt8](repeating: 0x80, count: 11)] as [[UInt8]])
    func `bytes that end in the middle of a number are refused`(_ bytes: [UInt8]) {
        #expect(VariableInteger.decode(bytes) == nil)
    }
}
