import Fleet
import Policy
import Testing

@Suite("Every missing update has exactly one reason and one sentence")
struct DecisionTests {
    private typealias Standing = DecisionContext.JobStanding
    private static let deadline = Timestamp(seconds: 1_800_000_000)

    private static func decide(
        _ update: Update, _ context: DecisionContext = DecisionContext()
    ) -> Decision {
        Decision.decide(
            UpdateSubject(update: update), under: nil, in: context,
            at: deadline.adding(seconds: -3600))
    }

    @Test(arguments: Installability.allCases)
    func `what the package manager says decides when nothing is under way`(state: Installability) {
        let decision = Self.decide(.sample(installability: state))
        let expected: Decision.ReasonCode =
            switch state {
            case .installable: .awaitingApproval
            case .held: .held
            case .phased: .phased
            case .keptBack: .keptBack
            case .needsSubscription: .needsSubscription
            case .excluded: .excluded
            }
        #expect(decision.reasonCode == expected)
        #expect(decision.sentence.hasSuffix("."))
        #expect((decision.action == .blocked) == (state != .installable))
    }

    @Test func `a reason that is no sentence is made one`() {
        let update = Update.sample(installability: .held, reason: "held by apt-mark")
        #expect(Self.decide(update).sentence == "Held by apt-mark.")
    }

    @Test func `the package manager's own reason is told`() {
        let update = Update.sample(
            installability: .keptBack, reason: "It needs labextra, which is not installed.")
        let decision = Self.decide(update)
        #expect(decision.sentence == "It needs labextra, which is not installed.")
    }

    @Test(arguments: [
        (
            DecisionContext.JobStanding.Stage.queued, Decision.ReasonCode.queued,
            Decision.Action.install
        ),
        (.halted, .deploymentHalted, .wait), (.working, .inProgress, .install),
        (.interrupted, .interrupted, .wait), (.pendingRestart, .pendingRestart, .restart),
    ])
    func `an approval under way comes before everything else`(
        stage: DecisionContext.JobStanding.Stage, code: Decision.ReasonCode, action: Decision.Action
    ) {
        let job = DecisionContext.JobStanding(
            stage: stage, sentence: "Unpacks.", deployment: "Friday", deadline: Self.deadline)
        let context = DecisionContext(
            job: job, failure: DecisionContext.FailureStanding(sentence: "It broke."),
            isSilent: true)
        let decision = Self.decide(.sample(installability: .held), context)
        #expect(decision.reasonCode == code)
        #expect(decision.action == action)
        #expect(decision.rule == "deployment Friday")
    }

    @Test func `an old scan makes the answer unknown, not wrong`() {
        let decision = Self.decide(
            .sample(installability: .installable), DecisionContext(isSilent: true))
        #expect(decision.reasonCode == .endpointSilent)
    }

    @Test func `a failed attempt is told until somebody decides again`() {
        let decision = Self.decide(
            .sample(installability: .installable),
            DecisionContext(
                failure: DecisionContext.FailureStanding(sentence: "The disk was full.")))
        #expect(decision.reasonCode == .lastAttemptFailed)
        #expect(decision.sentence.contains("The disk was full."))
    }
}
