package import ArgumentParser
import CommandBasics
import Fleet
import Policy

/// `patchbay policy plan`
package struct PolicyPlanCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "List everything that policies would do, before anything runs.",
        discussion: """
            Example: patchbay policy plan p.yaml --inventory web-1.json --inventory db-1.json

            Every endpoint, version, window and reboot from one time to another, ring by ring and \
            within the budgets, and every update that would miss its due date. The plan foresees \
            that each installation succeeds and that nobody says anything meanwhile.
            """)

    /// How far a plan reaches unless it is said, in seconds: 31 days hold every monthly window.
    private static let usualReach: Int64 = 31 * 86_400
    /// The furthest that a plan reaches, in seconds: a year.
    private static let longestReach: Int64 = 366 * 86_400

    @OptionGroup var files: PolicyFiles
    @OptionGroup var endpoints: PolicyEndpointOptions

    @Option(
        help: ArgumentHelp(
            "The instant to begin at (RFC 3339); now unless given.", valueName: "time"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "The instant to end at (RFC 3339); 31 days later unless given.", valueName: "time"))
    var until: String?

    @OptionGroup var output: FormatOption

    package init() {}

    package func validate() throws {
        for text in [from, until].compactMap(\.self) where Timestamp(text) == nil {
            throw ValidationError(
                "\(text) is no RFC 3339 time, such as 2026-11-21T18:00:00Z.")
        }
    }

    package func run() throws {
        let start = from.flatMap { Timestamp($0) } ?? SystemEffects.now()
        let end = until.flatMap { Timestamp($0) } ?? start.adding(seconds: Self.usualReach)
        guard start < end, end <= start.adding(seconds: Self.longestReach) else {
            throw Failure(
                .wrongUse, "A plan ends after it begins, and reaches a year at most.",
                nextStep: "Change --from or --until.")
        }
        let read = try files.readUsable(at: start, and: endpoints.strayPolicies)
        let question = PolicyQuestion(read: read, now: start)
        var members: [PlanEndpoint] = []
        var policies: [String: [String]] = [:]
        try endpoints.forEach(question, until: end) { endpoint in
            members.append(
                PlanEndpoint(
                    subject: endpoint.subject, policy: endpoint.policy, outlook: endpoint.outlook,
                    updates: endpoint.updates))
            policies[endpoint.subject.key] =
                endpoint.policy?.effective.layers.map(\.policy.name.text) ?? []
        }
        let plan = PolicyPlan(of: members, from: start, until: end)
        try output.show(PlanAnswer(plan, policies: policies)) { $0.text(width: Terminal.width) }
    }
}
