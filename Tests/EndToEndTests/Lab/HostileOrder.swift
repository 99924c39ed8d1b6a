import Fleet
import Foundation
import Rollout
import TestSupport

/// An order that no agent may obey.
struct HostileOrder {
    /// What is wrong with it.
    let what: String
    /// Why the agent says that it does not obey.
    let failure: FailureClass
    /// The job's name.
    let job: JobID
    /// The answer that carries it.
    let answer: HostileAnswer
}

/// An answer of `testbed/hostile-server`.
struct HostileAnswer: Encodable {
    var status = 200
    var headers: [String: String] = [:]
    var body: String
    var padding = 0

    /// Answers that are no orders at all: cut off, far too large, and a way to another server.
    static let broken = [
        HostileAnswer(body: "{\"order\": {\"job\": 7"),
        HostileAnswer(body: "{}", padding: 64 * 1024 * 1024),
        HostileAnswer(
            status: 302, headers: ["location": "http://10.77.0.1:8080/agent/v1/work"], body: "{}"),
    ]
}

extension HostileOrder {
    /// One order for each rule that the agent keeps.
    static func all(for endpoint: EndpointID) throws -> [HostileOrder] {
        let good = line("labconf", "1.0", "2.0")
        let stranger = identifier() as EndpointID
        return [
            try order("an option for a name", [line("--purge", "1.0", "2.0")], endpoint),
            try order("a path for a name", [line("../labconf", "1.0", "2.0")], endpoint),
            try order("an option for a version", [line("labconf", "1.0", "--force-yes")], endpoint),
            try order("a command for a version", [line("labconf", "1.0", "2.0;reboot")], endpoint),
            try order("an older version", [line("labgood", "1.0", "0.5")], endpoint),
            try order("a package that is not installed", [line("labextra", "0", "1.0")], endpoint),
            try order(
                "a version that no source offers", [line("labconf", "1.0", "7.0")], endpoint,
                .versionNotAvailable),
            try order("the same package twice", [good, good], endpoint),
            try order("another endpoint's order", [good], stranger),
            try order("an order of yesterday", [good], endpoint, deadlineIn: -86_400),
        ]
    }

    /// What the agent reported, by the job's name; each job is to be reported once.
    static func results(in record: URL) throws -> [String: JobResult] {
        let lines = ((try? String(contentsOf: record, encoding: .utf8)) ?? "").split(
            separator: "\n")
        var results: [String: JobResult] = [:]
        for line in lines {
            let entry = try JSONDecoder().decode(RecordEntry.self, from: Data(line.utf8))
            let parts = entry.path.split(separator: "/")
            guard parts.count == 5, parts[4] == "result" else { continue }
            guard results[String(parts[3])] == nil else {
                throw LabFailure("\(parts[3]) was reported twice")
            }
            results[String(parts[3])] = try JSONDecoder().decode(
                JobResult.self, from: Data(entry.body.utf8))
        }
        return results
    }

    private struct RecordEntry: Decodable {
        var path: String
        var body: String
    }

    /// The body of an answer to a request for work.
    private struct Work: Encodable {
        struct Order: Encodable {
            var job: JobID
            var deployment: DeploymentID
            var endpoint: EndpointID
            var updates: [LockedUpdate]
            var issuedAt: Timestamp
            var deadline: Timestamp
            var grant: String?
        }

        var order: Order
        var scanNow = false
    }

    private static func identifier<Kind: IdentifierKind>() -> Identifier<Kind> {
        var generator = SystemRandomNumberGenerator()
        return Identifier(at: now, using: &generator)
    }

    private static var now: Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// An order that would do, were it approved.
    static func unapproved(
        _ package: String, for endpoint: EndpointID, grant: String?
    ) throws -> HostileOrder {
        try order(
            "an approval that is none", [line(package, "1.0", "2.0")], endpoint, grant: grant)
    }

    private static func line(_ name: String, _ from: String, _ to: String) -> LockedUpdate {
        LockedUpdate(manager: .apt, name: name, architecture: "all", from: from, to: to)
    }

    private static func order(
        _ what: String, _ updates: [LockedUpdate], _ endpoint: EndpointID,
        _ failure: FailureClass = .refused, deadlineIn seconds: Int64 = 3600,
        grant: String? = nil
    ) throws -> HostileOrder {
        let job: JobID = identifier()
        let work = Work(
            order: .init(
                job: job, deployment: identifier(), endpoint: endpoint,
                updates: updates, issuedAt: now, deadline: now.adding(seconds: seconds),
                grant: grant))
        let body = String(decoding: try JSONEncoder().encode(work), as: UTF8.self)
        return HostileOrder(
            what: what, failure: failure, job: job, answer: HostileAnswer(body: body))
    }
}

extension Lab {
    /// Writes the answers of a hostile server into a folder, in their order.
    func write(_ answers: [HostileAnswer]) throws -> URL {
        let target = folder.appending(path: "hostile-answers")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        for (index, answer) in answers.enumerated() {
            try JSONEncoder().encode(answer).write(
                to: target.appending(path: "\(100 + index).json"))
        }
        return target
    }

    /// A page of a server in the lab, whoever it is.
    func fetch(_ address: String) async throws -> String {
        let program = """
            import ssl, sys, urllib.request
            page = urllib.request.urlopen(sys.argv[1], context=ssl._create_unverified_context())
            print(page.read().decode())
            """
        return try await run(
            [Self.tool("lab").path, "server", "/usr/bin/python3", "-c", program, address],
            environment: environment
        ).succeeded("fetching \(address)").output
    }
}
