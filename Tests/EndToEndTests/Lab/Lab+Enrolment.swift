import Fleet
import Foundation
import TestSupport
import Testing

extension Lab {
    /// Enrols booted endpoints the way a technician does: a token's file, the agent, its service.
    func enrol(_ numbers: [Int]) async throws -> [LabEndpoint] {
        try await patchbay("admin", "create", "anna")
        let tenant: Answers.Tenant = try await answer(to: ["tenant", "create", "Example Ltd"])
        let token = folder.appending(path: "enrolment-token")
        try await patchbay(
            "token", "create", "--enrolment", "--tenant", tenant.id.text, "--uses",
            "\(numbers.count)", "--out", token.path)
        try await withThrowingTaskGroup { group in
            for number in numbers {
                group.addTask {
                    try await self.prepare(number)
                    try await self.installAgent(number, token: token)
                }
            }
            try await group.waitForAll()
        }
        return try await eventually("all endpoints have been scanned") {
            let list: Answers.Endpoints = try await answer(to: ["endpoint", "list"])
            let scanned = list.items.filter { $0.scannedAt != nil }
            guard scanned.count == numbers.count else { return nil }
            return try numbers.map { number in
                let item = try #require(scanned.first { $0.name == "ep\(number)" })
                return LabEndpoint(number: number, lab: id, id: item.id)
            }
        }
    }

    /// Installs the packages that are not in the root file system. labfail stays in the first
    /// endpoint only: the others are to proceed when it fails.
    private func prepare(_ number: Int) async throws {
        let endpoint = "\(number)"
        try await bed("in", endpoint, "/usr/bin/apt-get", "-q", "update")
        let packages: [[String]] = [
            Self.slowPackages, Self.ringPackages, Self.trustPackages, Self.beforePackages,
            Self.wavePackages, Self.servicePackages, Self.cachePackages,
            Self.surroundingPackages.keys.sorted(), Self.putAsidePackages.keys.sorted(),
            Scenario.rebootPackages, [Self.emergencyPackage, Self.triagePackage],
        ]
        try await bed(
            ["in", endpoint, "/usr/bin/apt-get", "-q", "-y", "install"]
                + packages.flatMap { $0 }.map { "\($0)=1.0" })
        if number != 1 { try await bed("in", endpoint, "/usr/bin/dpkg", "--purge", "labfail") }
    }

    /// Puts the agent into an endpoint, enrols it, and starts its service.
    func installAgent(_ number: Int, token: URL) async throws {
        let endpoint = "\(number)"
        try await tryBed(["agent", endpoint, "--binary", agent.path], within: .machine)
            .succeeded("testbed/lab agent \(endpoint)")
        try await bed("push", endpoint, token.path, "/root/enrolment-token")
        try await bed(
            "in", endpoint, "/usr/bin/patchbay-agent", "enrol", "--token-file",
            "/root/enrolment-token")
        try await bed("in", endpoint, "/usr/bin/patchbay-agent", "install-service")
    }
}
