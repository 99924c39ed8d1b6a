import Fleet
import TestSupport
import Testing

@Suite struct `What others know a machine by` {
    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:c000:207", "192.0.2.7"), ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"), ("fe80::1%eth0", "fe80::1"), ("::", "::"),
        ("::1", "::1"), ("1::", "1::"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("0.0.0.0", "0.0.0.0"),
    ])
    func `an address is read in any spelling and written in one`(text: String, plain: String) {
        #expect(NetworkAddress(text)?.description == plain)
        #expect(NetworkAddress(plain)?.description == plain)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.-4", "1.2.3.+4", ":", ":::",
        "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::",
        "1.2.3.4::", "::1.2.3", "web-1", "::+1", "1.2.3.4 ", "::ffff:1.2.3.4:1",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
    ])
    func `what is no address is none`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(arguments: Seeds.all)
    func `what is written of random bytes reads as the same bytes`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Bool.random(using: &generator) ? 4 : 16
            let bytes = (0..<count).map { _ in
                Bool.random(using: &generator)
                    ? 0 : UInt8.random(in: .min ... .max, using: &generator)
            }
            let address = try #require(NetworkAddress(bytes: bytes))
            #expect(NetworkAddress(address.description) == address, "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("127.0.0.1", false), ("169.254.3.4", false), ("224.0.0.1", false), ("0.0.0.0", false),
        ("255.255.255.255", false), ("::1", false), ("::", false), ("fe80::1", false),
        ("febf::1", false), ("ff02::1", false), ("10.0.0.1", true), ("192.0.2.1", true),
        ("fd00::1", true), ("2001:db8::1", true), ("fec0::1", true),
    ])
    func `loopback and link-local addresses tell no machine`(text: String, tells: Bool) {
        #expect(NetworkAddress(text)?.tellsMachine == tells)
    }

    @Test(arguments: [
        ("Web-1.Example.ORG.", "web-1.example.org"), ("a_b.example.org", "a_b.example.org"),
        ("web-1", nil), ("localhost.localdomain", nil), ("192.0.2.1", nil), ("a..b", nil),
        ("a b.c", nil), ("", nil), (".", nil), (String(repeating: "a", count: 64) + ".org", nil),
    ])
    func `a full name has at least two labels`(text: String, name: String?) {
        #expect(MachineIdentity.plainName(text) == name)
    }

    @Test(arguments: [
        ("  PF1 ABC23 ", "PF1 ABC23"), ("To Be Filled By O.E.M.", nil), ("Default string", nil),
        ("None", nil), ("Not Specified", nil), ("System Serial Number", nil), ("0", nil),
        ("00000000-0000-0000-0000-000000000000", nil), ("0123456789", nil), ("", nil),
        ("FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", nil), ("VMware-56 4d 1a", "VMware-56 4d 1a"),
        ("caf\u{E9}123", nil), (String(repeating: "1a", count: 33), nil),
        ("03000200-0400-0500-0006-000700080009", nil),
    ])
    func `what makers write where there is no serial number is none`(
        text: String, number: String?
    ) {
        #expect(MachineIdentity.plainNumber(text) == number)
    }

    @Test func `an identity is kept in one spelling, bounded and in order`() {
        let many = (0..<200).map { "10.0.\($0).1" }
        let identity = MachineIdentity(
            fullName: "web-1", addresses: ["2001:DB8::1", "127.0.0.1", "junk"] + many.reversed(),
            serialNumber: "none", firmwareId: "4C4C4544-0042"
        ).plain
        #expect(identity.fullName == nil && identity.serialNumber == nil)
        #expect(identity.firmwareId == "4c4c4544-0042")
        #expect(identity.addresses == (0..<64).map { "10.0.\($0).1" })
        #expect(identity.plain == identity)
        #expect(MachineIdentity(addresses: ["::1"]).plain.isEmpty)
    }
}
