import ControlPlane
import Findings
import Policy
import ServerRecords

/// What stays open where a policy keeps updates from being installed.
struct KeptOpen {
    private let suffix: String
    private let exceptions: Set<String>
    private var vulnerabilities: Set<String> = []
    private var endpoints = 0

    init(by record: PolicyRecord) {
        suffix = " of \(record.name)"
        exceptions = Set(record.exceptions.map { "exception \($0.name)" })
    }

    /// Takes what becomes of an endpoint's missing updates.
    mutating func add(_ decided: DecidedEndpoint) {
        var closed: Set<String> = []
        for (update, decision) in zip(decided.updates, decided.decisions) where keeps(decision) {
            closed.formUnion(update.subject.vulnerabilities ?? [])
        }
        guard !closed.isEmpty else { return }
        vulnerabilities.formUnion(closed)
        endpoints += 1
    }

    private func keeps(_ decision: Decision) -> Bool {
        switch decision.reasonCode {
        case .onHold, .declined: decision.rule.hasSuffix(suffix)
        case .riskAccepted: exceptions.contains(decision.rule)
        default: false
        }
    }

    func figures(in state: FindingState) -> OpenRisks {
        OpenRisks(
            vulnerabilities: vulnerabilities.count,
            exploited: state.exploited(among: vulnerabilities), endpoints: endpoints)
    }
}
