import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    static let hostile = [impostor, stolenKeys]

    static let impostor = Scenario(
        "an agent does not talk to a server of another identity, and its doctor says why"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        await lab.endServer()
        let other = lab.folder.appending(path: "impostor")
        try await lab.startServer([
            "serve", "--home", other.path, "--listen", "0.0.0.0:8443", "--server-name", "server",
            "--database", "sqlite:\(other.path)/impostor.sqlite",
        ])
        let doctor = try await eventually("the impostor listens") {
            let doctor = try await endpoint.tryRun(["/usr/bin/patchbay-agent", "doctor"])
            return doctor.output.contains("TLS") && !doctor.output.contains("refused")
                ? doctor : nil
        }
        #expect(doctor.status == 3)
        #expect(doctor.output.contains("identity"), "\(doctor.output)")
        try await endpoint.restartAgent()
        let agent = try await endpoint.agentProcess()
        try await eventually("the agent has tried") {
            try await endpoint.run("/bin/journalctl", "-o", "cat", "_PID=\(agent)")
                .contains("The check-in failed")
        }
        let metrics = try await lab.fetch("https://127.0.0.1:8443/metrics")
        await lab.endServer()
        #expect(metrics.contains("patchbay_check_ins_total 0"))
        #expect(!metrics.contains("/agent/v1/"))
        try await lab.startServer()
    }

    static let stolenKeys = Scenario(
        "orders of a server with stolen keys that break the agent's rules are refused, one and all"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        // The others would take orders that are for this one.
        for other in lab.endpoints where other.number != 2 { try await other.stopAgent() }
        let orders = try HostileOrder.all(for: endpoint.id)
        let record = lab.folder.appending(path: "hostile-record")
        let answers = try lab.write(HostileAnswer.broken + orders.map(\.answer))
        let history = try await endpoint.run("/bin/cat", "/var/log/dpkg.log")
        await lab.endServer()
        let server = try lab.startInServerNetwork(
            "hostile",
            [
                Lab.tool("hostile-server").path, lab.home.appending(path: "keys").path, "8443",
                answers.path, record.path,
            ])
        lab.keep(server, as: .server)
        var seen = ""
        let results = try await eventually("each order is answered", seen: { seen }) {
            let results = try HostileOrder.results(in: record)
            seen = "\(results.count) of \(orders.count) came"
            return results.count < orders.count ? nil : results
        }
        await lab.endServer()
        for order in orders {
            let result = try #require(results[order.job.text], "\(order.what)")
            #expect(
                result.outcomes.allSatisfy { $0.state == .skipped && $0.failure == order.failure },
                "\(order.what): \(result.outcomes)")
        }
        #expect(try await endpoint.run("/bin/cat", "/var/log/dpkg.log") == history)
        try await lab.startServer()
        let heard = try await lab.view(of: endpoint).item.lastSeenAt
        // It checks in when it has scanned, and not only at its usual time.
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        // Its pauses have grown while the hostile server answered.
        try await eventually("the agent is back with its own server", within: .seconds(330)) {
            try await lab.view(of: endpoint).item.lastSeenAt != heard
        }
    }
}
