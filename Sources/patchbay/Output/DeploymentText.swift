import Administration
import CommandBasics
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

/// Deployments and plans, for people at a terminal.
enum DeploymentText {
    /// How many jobs are in each state, such as `3 verified, 1 failed`.
    static func counts(_ summary: DeploymentSummary) -> String {
        Job.State.allCases
            .compactMap { state in summary.jobs[state.rawValue].map { "\($0) \(state.rawValue)" } }
            .joined(separator: ", ")
    }

    /// One deployment with its jobs.
    static func text(_ detail: DeploymentDetail, width: Int?) -> String {
        let deployment = detail.summary.deployment
        var table = Table(.text("STATE"), .text("ENDPOINT"), .text("WHERE IT STANDS"), .text("JOB"))
        for summary in detail.jobs {
            table.add(
                summary.job.standing, summary.endpointName,
                [summary.job.sentence, summary.grant?.sentence].compactMap { $0 }
                    .joined(separator: " "),
                summary.job.id.text)
        }
        return """
            \(Table.printable(deployment.title))  \(deployment.id)
            \(deployment.state.rawValue), approved by \(deployment.approvedBy) at \
            \(deployment.createdAt.wholeSeconds): \(counts(detail.summary))
            \(detail.rollout.map { rings($0, width: width) } ?? "")
            \(table.text(width: width))
            """
    }

    /// The rings with their gates, and what is waited for.
    private static func rings(_ rollout: RolloutStanding, width: Int?) -> String {
        var table = Table(
            .text("RING"), .text("STAGE"), .number("VERIFIED"), .number("OF"), .number("FAILED"),
            .number("WORKING"), .text("GATE"), .text("WATCHED UNTIL"))
        for ring in rollout.rings {
            table.add(
                ring.name, ring.stage.rawValue, "\(ring.verified)", "\(ring.members)",
                "\(ring.failed)", "\(ring.working)", ring.gate ?? "",
                ring.soakUntil?.wholeSeconds.description ?? "")
        }
        let word = rollout.state == .cancelled ? "Called off" : "Halted"
        let reason = rollout.reason.map { "\(word): \(Table.printable($0))\n" } ?? ""
        let notes = ([rollout.policyNote].compactMap(\.self) + rollout.warnings)
            .map { "! \(Table.printable($0))\n" }.joined()
        let waits = rollout.waits.map { "- \(Table.printable($0))\n" }.joined()
        return """
            rings of \(rollout.policy), version \(rollout.policyVersion), lane \
            \(rollout.lane.rawValue): \(rollout.state.rawValue)
            \(reason)\(notes)\(waits)
            \(table.text(width: width))

            """
    }

    /// What an approval would do.
    static func text(_ plan: DeploymentPlan, width: Int?) -> String {
        var table = Table(
            .text("ENDPOINT"), .text("UPDATE"), .text("FROM"), .text("TO"), .text("LEFT OUT"))
        for line in plan.lines {
            for update in line.updates {
                table.add(line.endpointName, update.name, update.from, update.to, "")
            }
            for left in line.leftOut {
                table.add(line.endpointName, left.name, "", "", left.reason)
            }
        }
        return """
            \(Table.printable(plan.title)): \(plan.endpointsWithWork) endpoints, \
            of which \(plan.endpointsThatMayReboot) may need a reboot. \(plan.wayBack)

            \(table.text(width: width))
            """
    }
}
