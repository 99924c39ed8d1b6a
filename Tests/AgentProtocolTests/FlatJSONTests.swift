import AgentProtocol
import Fleet
import Forensics
import Foundation
import TestSupport
import Testing

@Suite("A check-in is read and written by hand as Codable reads and writes it")
struct FlatJSONTests {
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    private static func request(_ generator: inout SeededGenerator) -> CheckInRequest {
        let digest = { (generator: inout SeededGenerator) in
            Bool.random(using: &generator)
                ? String(UInt64.random(in: .min ... .max, using: &generator), radix: 16) : nil
        }
        let instant = Timestamp(
            milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &generator))
        return CheckInRequest(
            inventoryDigest: digest(&generator), postureDigest: digest(&generator),
            scannedAt: Bool.random(using: &generator) ? instant : nil,
            agentVersion: ["1.0", "", "größer ✓"].randomElement(using: &generator) ?? "",
            bootId: "b/\(Int.random(in: 0...9, using: &generator))")
    }

    @Test(arguments: Seeds.all)
    func `a request that agents write is read`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let request = Self.request(&generator)
            let plain = Array(try Self.encoder.encode(request))
            #expect(CheckInRequest(flatJSON: plain) == request, "seed \(seed)")
            let spaced = JSONEncoder()
            spaced.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
            #expect(
                CheckInRequest(flatJSON: Array(try spaced.encode(request))) == request,
                "seed \(seed)")
        }
    }

    @Test(arguments: Seeds.all)
    func `what is read by hand is what Codable would have read`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var read = 0
        for _ in 0..<500 {
            var bytes = Array(try Self.encoder.encode(Self.request(&generator)))
            let place = Int.random(in: bytes.indices, using: &generator)
            bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
            guard let found = CheckInRequest(flatJSON: bytes) else { continue }
            read += 1
            let general = try? JSONDecoder().decode(CheckInRequest.self, from: Data(bytes))
            #expect(general == found, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(read > 0)
    }

    @Test(arguments: [
        #"{"agentVersion":"1","bootId":"\u0041"}"#, #"{"agentVersion":1,"bootId":"b"}"#,
        #"{"agentVersion":"1"}"#, #"{"agentVersion":"1","bootId":null}"#,
        #"{"agentVersion":"1","agentVersion":"2","bootId":"b"}"#,
        #"{"agentVersion":"1","bootId":"b","x":{}}"#, #"{"agentVersion":"1","bootId":"b"} x"#,
        #"{"agentVersion":"1","bootId":"b","scannedAt":"yesterday"}"#, "", "{", "[]",
        #"{"agentVersion":"1","bootId":"b",}"#,
    ])
    func `another shape is left to Codable`(text: String) {
        #expect(CheckInRequest(flatJSON: Array(text.utf8)) == nil)
    }

    @Test(arguments: [nil, "abc123"], [true, false])
    func `the answer is written as Codable writes it`(known: String?, flag: Bool) throws {
        let answer = CheckInResponse(
            wantsScan: flag, knownInventoryDigest: known, hasWork: !flag, scanNow: flag,
            nextCheckInSeconds: 120, scanIntervalSeconds: 21_600,
            serverTime: Timestamp(milliseconds: 1_790_000_000_123))
        #expect(answer.flatJSON == Array(try Self.encoder.encode(answer)))
    }

    @Test(arguments: [[], ["tcp:443"], [#"journal:text=said "no" to \\ and a, b"#, "crashes:"]])
    func `probes are written so that they are read as they were`(probes: [String]) throws {
        let answer = CheckInResponse(
            wantsScan: false, knownInventoryDigest: nil, hasWork: false, scanNow: false,
            nextCheckInSeconds: 120, scanIntervalSeconds: 21_600,
            serverTime: Timestamp(milliseconds: 1_790_000_000_123), probes: probes)
        #expect(answer.flatJSON == Array(try Self.encoder.encode(answer)))
        let request = CheckInRequest(
            inventoryDigest: nil, postureDigest: nil, scannedAt: nil, agentVersion: "1",
            bootId: "b", health: ["tcp:443": true])
        #expect(CheckInRequest(flatJSON: Array(try Self.encoder.encode(request))) == nil)
    }

    @Test(arguments: [[], ["CVE-2026-1000"], ["CVE-2026-1000", "GHSA-xvch-5gv4-984h"]])
    func `requests for evidence are written as Codable writes them`(names: [String]) throws {
        let id = try #require(EvidenceID("evd_01k00000000000000000000000"))
        var answer = CheckInResponse(
            wantsScan: false, knownInventoryDigest: nil, hasWork: false, scanNow: false,
            nextCheckInSeconds: 120, scanIntervalSeconds: 21_600,
            serverTime: Timestamp(milliseconds: 1_790_000_000_123))
        answer.evidenceRequests = [
            EvidenceRequest(id: id, reason: .demanded, vulnerabilities: names),
            EvidenceRequest(id: id, reason: .ordered, vulnerabilities: []),
        ]
        #expect(answer.flatJSON == Array(try Self.encoder.encode(answer)))
    }
}
