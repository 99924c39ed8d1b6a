import Fleet
import Foundation
import Rollout
import TestSupport
import Testing

extension Scenario {
    static let nobodyOnDuty = Scenario(
        "a window that needs somebody stays shut until a person is on duty"
    ) { lab in
        let endpoint = try lab.endpoint(2)
        try await lab.saveBefore(isStaffed: true)
        try await endpoint.expectPolicies()
        let tenants: Tenants = try await lab.answer(to: ["tenant", "list"])
        let tenant = try #require(tenants.items.first).id.text
        let deployment = try await lab.approve("labduty", on: endpoint)
        let waiting = try await lab.job(of: deployment, once: "waits for somebody on duty") {
            $0.progress?.sentence.contains("needs somebody on duty, and nobody is") == true
        }
        #expect(waiting.progress?.phase == .waitingForWindow)
        // Its window is open all day: it is looked again a minute later, and nothing has begun.
        try await Task.sleep(for: .seconds(70))
        try await expectUntouched("labduty", on: endpoint)
        let end = Date(timeIntervalSinceNow: 3600).formatted(.iso8601)
        try await lab.patchbay(
            "duty", "declare", "--person", "Anna Keller", "--until", end, "--tenant", tenant)
        // The endpoint hears of it with its next check-in, and checks in after a scan.
        try await lab.patchbay("endpoint", "scan", endpoint.id.text)
        let job = try await lab.end(of: deployment, on: endpoint)
        try await expectVerified(job, "labduty", on: endpoint)
        try await lab.saveBefore()
    }

    /// `tenant list`
    private struct Tenants: Decodable {
        var items: [Answers.Tenant]
    }
}
