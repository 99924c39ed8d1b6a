import Fleet
import TestSupport
import Testing

@Suite("Identifiers tell their kind and sort by creation")
struct IdentifierTests {
    @Test(arguments: Seeds.all)
    func `a later identifier sorts after an earlier one`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let early = Int64.random(in: 0...4_000_000_000_000, using: &generator)
            let first = JobID(at: Timestamp(milliseconds: early), using: &generator)
            let second = JobID(at: Timestamp(milliseconds: early + 1), using: &generator)
            #expect(first < second, "seed \(seed)")
            #expect(JobID(first.text) == first, "seed \(seed)")
            #expect(first.text.count == "job_".count + 26)
        }
    }

    @Test func `an identifier of one kind is not read as another`() {
        var generator = SeededGenerator(seed: 1)
        let job = JobID(at: Timestamp(seconds: 0), using: &generator)
        #expect(EndpointID(job.text) == nil)
    }

    @Test(arguments: [
        "", "job", "job_", "job_0123456789abcdefghjkmnpqr", "job_0123456789ABCDEFGHJKMNPQRS",
        "job_0123456789abcdefghijkmnpq", "job_../../../../etc/passwd0000",
        "JOB_0123456789abcdefghjkmnpqrs",
        "job_0123456789abcdefghjkmnpqr\n",
    ])
    func `a text that is no identifier is not read`(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test(arguments: Seeds.all)
    func `its bits make the same identifier again`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let made = Int64.random(in: 0...0xFFFF_FFFF_FFFF, using: &generator)
            let id = EndpointID(at: Timestamp(milliseconds: made), using: &generator)
            let bits = try #require(id.bits)
            #expect(EndpointID(bits: bits) == id, "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("00000000000000000000000000", true), ("7zzzzzzzzzzzzzzzzzzzzzzzzz", true),
        ("80000000000000000000000000", false), ("zzzzzzzzzzzzzzzzzzzzzzzzzz", false),
    ])
    func `a text that stands for more than 128 bits has none`(digits: String, fits: Bool) throws {
        let id = try #require(EndpointID("ept_" + digits))
        #expect((id.bits != nil) == fits)
        if let bits = id.bits { #expect(EndpointID(bits: bits) == id) }
    }
}
