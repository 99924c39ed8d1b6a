import Fleet
import Rollout
import Testing

@testable import AgentCore

/// An order that names the files of its updates.
struct OfferedFileTests {
    private static let file = String(repeating: "a", count: 64)
    private static let otherFile = String(repeating: "b", count: 64)

    private func order(_ hashes: KeyValuePairs<String, String?>) -> [LockedUpdate] {
        hashes.map { name, hash in
            var update = Orders.update(name)
            update.sha256 = hash
            return update
        }
    }

    @Test func `the file that its sources offer is installed, and is told`() async throws {
        let bench = Workbench(["labgood": .good, "labmore": .good])
        bench.world.change { $0.files = ["labgood": Self.file] }
        let result = try await bench.finish(
            Orders.order(order(["labgood": Self.file, "labmore": nil]))
        ).result
        #expect(result.states == ["labgood": .verified, "labmore": .verified])
        #expect(result.outcome("labgood")?.sha256 == Self.file)
        #expect(result.outcome("labmore")?.sha256 == nil)
    }

    @Test(arguments: [Self.otherFile, nil])
    func `another file is refused, and the rest goes in beside it`(_ offered: String?) async throws
    {
        let bench = Workbench(["labgood": .good, "labmore": .good])
        bench.world.change { $0.files["labgood"] = offered }
        let result = try await bench.finish(
            Orders.order(order(["labgood": Self.file, "labmore": nil]))
        ).result
        #expect(result.states == ["labgood": .skipped, "labmore": .verified])
        let outcome = try #require(result.outcome("labgood"))
        #expect(outcome.failure == .hashMismatch)
        #expect(outcome.sentence.contains(Self.file))
        #expect(bench.world.change { $0.installs["labgood"] } == nil)
    }

    @Test func `what is no hash is no order`() async throws {
        let bench = Workbench(["labgood": .good])
        let result = try await bench.finish(Orders.order(order(["labgood": "SHA256:aa"]))).result
        #expect(result.outcome("labgood")?.failure == .refused)
        #expect(bench.world.starts.isEmpty)
    }
}
