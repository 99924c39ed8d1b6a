import AgentProtocol
import Fleet
import Foundation
import Rollout
import Testing

/// Agents and servers of different releases understand each other: a field that one of them does
/// not know is left out of account, and one that is missing is not known.
@Suite struct `Messages between releases` {
    private static let order = """
        {"job": "job_01jdb7k2m3n4p5q6r7s8t9v0wx", "deployment": "dep_01jdb7k2m3n4p5q6r7s8t9v0wx",
        "endpoint": "ept_01jdb7k2m3n4p5q6r7s8t9v0wx", "updates": [],
        "issuedAt": "2026-11-22T12:00:00Z", "deadline": "2026-11-23T12:00:00Z"MORE}
        """

    private func read<Message: Decodable>(_ text: String) throws -> Message {
        try JSONDecoder().decode(Message.self, from: Data(text.utf8))
    }

    @Test(arguments: [
        ("", nil), (#", "expectedSeconds": 90"#, 90),
        (#", "expectedSeconds": 90, "somethingNew": {"a": [1]}"#, 90),
    ])
    func `an order of a former or a coming server is read`(more: String, seconds: Int64?) throws {
        let order: JobOrder = try read(Self.order.replacing("MORE", with: more))
        #expect(order.expectedSeconds == seconds)
        #expect(order.grant == nil)
    }

    @Test(arguments: [
        ("", 0), (#", "runs": [{"seconds": 5, "packages": []}]"#, 1), (#", "somethingNew": 1"#, 0),
    ])
    func `a result of a former or a coming agent is read`(more: String, runs: Int) throws {
        let text = #"{"outcomes": [], "cancelledBeforeStart": true, "notes": []MORE}"#
        let result: JobResult = try read(text.replacing("MORE", with: more))
        #expect(result.runs?.count ?? 0 == runs)
    }

    @Test(arguments: [
        ("", nil),
        (#", "identity": {"addresses": ["192.0.2.7"], "somethingNew": 1}"#, ["192.0.2.7"]),
    ])
    func `facts of a former or a coming agent are read`(
        more: String, addresses: [String]?
    ) throws {
        let text = """
            {"hostname": "a", "os": {"id": "debian", "versionId": "12", "name": "D", "idLike": []},
            "kernel": "6", "bootId": "b", "timeZone": "Etc/UTC", "architecture": "amd64",
            "hardware": {"processorCount": 1, "memoryBytes": 1},
            "virtualization": {"kind": "none", "isContainer": false}, "power": {"onMains": true},
            "disks": [], "usersLoggedIn": []MORE}
            """
        let facts: EndpointFacts = try read(text.replacing("MORE", with: more))
        #expect(facts.identity?.addresses == addresses)
        if addresses == nil {
            let again = String(decoding: try JSONEncoder().encode(facts), as: UTF8.self)
            #expect(!again.contains("identity"))
        }
    }

    @Test(arguments: [
        ("", nil), (#", "module": "nodejs:20""#, "nodejs:20"), (#", "somethingNew": 1"#, nil),
    ])
    func `a package of a former or a coming agent is read`(more: String, module: String?) throws {
        let text = """
            {"manager": "dnf", "name": "nodejs", "version": "1:20.1-1", "architecture": "x86_64",
            "source": "nodejs", "sourceVersion": "20.1-1"MORE}
            """
        let package: Package = try read(text.replacing("MORE", with: more))
        #expect(package.module == module)
        let again = String(decoding: try JSONEncoder().encode(package), as: UTF8.self)
        #expect(again.contains("module") == (module != nil))
    }

    @Test func `what is not known is not written, so that former readers see what they know`()
        throws
    {
        let result = JobResult(outcomes: [])
        let text = String(decoding: try JSONEncoder().encode(result), as: UTF8.self)
        #expect(!text.contains("runs"))
    }
}
