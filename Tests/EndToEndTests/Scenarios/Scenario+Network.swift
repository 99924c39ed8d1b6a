import Fleet
import Rollout
import Testing

extension Scenario {
    static let network = [networkCut]

    /// How long the result is ready while nobody can be told.
    private static let outage = Duration.seconds(10)

    static let networkCut = Scenario(
        "an installation goes on without the network, and its result arrives when that is back"
    ) { lab in
        let (cut, swallowed) = (try lab.endpoint(2), try lab.endpoint(3))
        let deployment = try await lab.approve("labslowcut", on: cut, swallowed)
        for endpoint in [cut, swallowed] { try await endpoint.isConfiguring("labslowcut") }
        try await lab.bed("net", "2", "cut")
        try await lab.bed("net", "3", "blackhole", "server", "8443")
        for endpoint in [cut, swallowed] {
            try await eventually("the installation ends without the network") {
                try await endpoint.package("labslowcut") == "installed 2.0"
            }
        }
        try await Task.sleep(for: outage)
        #expect(try await lab.jobs(of: deployment).allSatisfy { !$0.state.isTerminal })
        try await lab.bed("net", "2", "restore")
        try await lab.bed("net", "3", "heal")
        let jobs = try await lab.end(of: deployment, on: [cut, swallowed])
        try await expectVerified(jobs[0], "labslowcut", on: cut)
        try await expectVerified(jobs[1], "labslowcut", on: swallowed)
    }
}
