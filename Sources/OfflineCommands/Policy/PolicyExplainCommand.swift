package import ArgumentParser
import Calendar
import CommandBasics
import Fleet
import Foundation
import Policy

/// `patchbay policy explain`
package struct PolicyExplainCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say of each missing update what would happen with it, and why.",
        discussion: """
            Example: patchbay policy explain p.yaml --inventory web-1.json --role server

            The inventory is what “patchbay scan --format json” writes. What a scan does not know \
            is told with --tag, --role and --fact, and with --feed what is known of \
            vulnerabilities. What nobody has told is not known, and counts neither as yes nor as no; \
            where only that keeps a single policy from applying, it is taken to apply, and a note \
            says so.

            One decision for each missing update: the action, one reason code, one sentence, the \
            rule that decided, and when something happens next. It is the same function that \
            decides on the server and in the agent, asked before anybody has approved anything. \
            Rings go by the inventories that are given, as in “policy plan”; one inventory alone \
            waits for the rings before its own.
            """)

    @OptionGroup var files: PolicyFiles
    @OptionGroup var endpoints: PolicyEndpointOptions
    @OptionGroup var clock: ClockOption
    @OptionGroup var output: FormatOption

    package init() {}

    package func run() throws {
        let now = clock.instant
        let read = try files.readUsable(at: now, and: endpoints.strayPolicies)
        let question = PolicyQuestion(read: read, now: now)
        var members: [PlanEndpoint] = []
        try endpoints.forEach(question, until: nil) { endpoint in
            members.append(
                PlanEndpoint(
                    subject: endpoint.subject, policy: endpoint.policy, outlook: endpoint.outlook,
                    updates: endpoint.updates))
        }
        let decisions = zip(members, PolicyPlan.decisions(on: members, at: now)).flatMap {
            member, decisions in
            zip(member.updates, decisions).map { update, decision in
                DecisionAnswer(
                    decision, on: member.subject.key,
                    policies: member.policy?.effective.layers.map(\.policy.name.text) ?? [],
                    turn: AgeTurn(of: update, on: member, deciding: decision, at: now))
            }
        }
        try output.show(Answer(decisions: decisions)) { answer in
            var table = Table(
                .text("ENDPOINT"), .text("UPDATE"), .text("ACTION"), .text("REASON"),
                .text("NEXT"), .text("DUE"), .text("WHY"))
            for decision in answer.decisions {
                table.add(
                    decision.endpoint, decision.update, decision.action, decision.reasonCode,
                    decision.nextAt?.description ?? "", decision.dueAt?.description ?? "",
                    decision.sentence)
            }
            return table.text(width: Terminal.width, empty: "No update is missing.")
        }
    }

    private struct Answer: Encodable {
        let decisions: [DecisionAnswer]
    }
}

/// A decision as the commands show it.
struct DecisionAnswer: Encodable {
    let endpoint: String
    /// The package's name.
    let update: String
    let manager: String
    let architecture: String
    let installed: String
    let candidate: String
    let action: String
    let reasonCode: String
    let sentence: String
    let rule: String
    let nextAt: Timestamp?
    let dueAt: Timestamp?
    let lane: String?
    /// The policies that apply, the nearest first.
    let policies: [String]

    init(
        _ decision: Decision, on endpoint: String, policies: [String], turn: AgeTurn? = nil
    ) {
        self.endpoint = endpoint
        update = decision.update.name
        manager = decision.update.manager.rawValue
        architecture = decision.update.architecture
        installed = decision.update.installed
        candidate = decision.update.candidate
        action = decision.action.rawValue
        reasonCode = decision.reasonCode.rawValue
        let isWithoutPolicy = policies.isEmpty && decision.reasonCode == .awaitingApproval
        sentence =
            (isWithoutPolicy ? "No policy applies. " : "") + decision.sentence
            + (turn.map { " \($0.sentence)" } ?? "")
        rule = isWithoutPolicy ? "no policy" : decision.rule
        nextAt = [decision.nextAt, turn?.at].compactMap(\.self).min()
        dueAt = decision.dueAt
        lane = decision.lane?.rawValue
        self.policies = policies
    }

    private enum CodingKeys: String, CodingKey {
        case endpoint, update, manager, architecture, installed, candidate, action, reasonCode
        case sentence, rule, nextAt, dueAt, lane, policies
    }

    /// Every key is always there: what is not known is null.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(endpoint, forKey: .endpoint)
        try values.encode(update, forKey: .update)
        try values.encode(manager, forKey: .manager)
        try values.encode(architecture, forKey: .architecture)
        try values.encode(installed, forKey: .installed)
        try values.encode(candidate, forKey: .candidate)
        try values.encode(action, forKey: .action)
        try values.encode(reasonCode, forKey: .reasonCode)
        try values.encode(sentence, forKey: .sentence)
        try values.encode(rule, forKey: .rule)
        try values.encode(nextAt, forKey: .nextAt)
        try values.encode(dueAt, forKey: .dueAt)
        try values.encode(lane, forKey: .lane)
        try values.encode(policies, forKey: .policies)
    }
}

/// The endpoints that a command is asked about.
struct PolicyEndpointOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Inventories, as “patchbay scan” writes them.", valueName: "file"))
    var inventory: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Feeds of vulnerabilities: files, folders or archives.", valueName: "path"))
    var feed: [String] = []

    /// Policy files that stand after the inventories or feeds, where the command line cannot tell
    /// where their list ends.
    var strayPolicies: [String] { (inventory + feed).filter(Self.isPolicy) }

    /// Whether a file is called as policies are, and does not show that it is something else: a
    /// text that says `patchbay` as its first key, or one that is not there, which is then told.
    private static func isPolicy(_ path: String) -> Bool {
        guard path.hasSuffix(".yaml") || path.hasSuffix(".yml") else { return false }
        guard let file = FileHandle(forReadingAtPath: path) else { return true }
        defer { try? file.close() }
        guard let head = try? file.read(upToCount: beginning) else { return false }
        return String(decoding: head, as: UTF8.self).split(whereSeparator: \.isNewline)
            .contains { $0.hasPrefix("patchbay:") || $0.hasPrefix("\"patchbay\":") }
    }

    /// How much of a file is looked at for the key, in bytes: comments may stand before it.
    private static let beginning = 64 * 1024

    @OptionGroup var facts: EndpointFactOptions

    @Option(
        help: ArgumentHelp(
            "The zone of the endpoints; the one that each inventory names unless given.",
            valueName: "zone"))
    var zone: String?

    @Option(
        help: ArgumentHelp(
            "Since when the fixes are out (RFC 3339), for updates of which the inventory does not "
                + "say; the scan's time unless given. A server keeps a ledger of that.",
            valueName: "time"))
    var firstSeen: String?

    @Option(
        help: ArgumentHelp(
            "When somebody is on duty (RFC 3339, from/until), for windows that need somebody; may "
                + "be given several times. A server knows what was declared.",
            valueName: "from/until"))
    var onDuty: [String] = []

    @OptionGroup var said: VerdictOptions

    /// The time of one `--on-duty`; `nil` where it is none.
    private static func duty(_ text: String) -> OnDuty? {
        let ends = text.split(separator: "/", omittingEmptySubsequences: false)
            .map { Timestamp(String($0)) }
        guard ends.count == 2, let opens = ends[0], let closes = ends[1], opens < closes else {
            return nil
        }
        return OnDuty("--on-duty", OpenStretch(opens: opens, closes: closes))
    }

    func validate() throws {
        if let wrong = onDuty.first(where: { Self.duty($0) == nil }) {
            throw ValidationError(
                "--on-duty \(wrong) is not two RFC 3339 times with a slash between them, such as "
                    + "2026-11-28T22:00:00Z/2026-11-29T02:00:00Z.")
        }
        if inventory.allSatisfy(Self.isPolicy) {
            throw ValidationError("Give at least one --inventory.")
        }
        if let firstSeen, Timestamp(firstSeen) == nil {
            throw ValidationError(
                "--first-seen is no RFC 3339 time, such as 2026-11-21T18:00:00Z.")
        }
    }

    /// Reads each inventory and hands it out with what its decisions are made of; notes go to
    /// standard error.
    func forEach(
        _ question: PolicyQuestion, until end: Timestamp?,
        _ body: (PolicyQuestion.Endpoint) throws -> Void
    ) throws {
        var question = question
        question.onDuty = onDuty.compactMap(Self.duty)
        question.verdicts = try said.index(at: question.now)
        let seen = firstSeen.flatMap { Timestamp($0) }
        var keys: Set<String> = []
        let feeds = PolicyFeeds(paths: feed.filter { !Self.isPolicy($0) })
        for file in inventory where !Self.isPolicy(file) {
            var read = try PolicyInventory.read(file: file)
            if !keys.insert(read.subject.key).inserted {
                // Two endpoints may call themselves the same; each keeps a row of its own.
                read.subject.key += " (\(file))"
            }
            // The scan has seen each of them: later than that no fix came out.
            let latest = seen ?? read.scannedAt
            for place in read.updates.indices where read.updates[place].outSince == nil {
                read.updates[place].firstSeenAt = latest
            }
            let endpoint = try question.endpoint(
                read, feeds: feeds, facts: facts, zone: zone, until: end)
            for note in endpoint.notes { Terminal.writeError("patchbay: \(note)") }
            try body(endpoint)
        }
    }
}
