import AgentCore
import AgentSystem
import AgentTransport
import Fleet
import Trust

/// Whether the endpoint holds signed policies that it can act by.
enum PolicyStep {
    static func check(_ folder: DiskStateFolder) -> DiagnosisStep {
        let memo: TrustMemo?
        do {
            memo = try TrustFiles.load(from: folder)
        } catch {
            return DiagnosisStep("policies", error.message, nextStep: error.nextStep)
        }
        guard let memo else {
            guard let early = EarlyRefusal.load(from: folder) else {
                return DiagnosisStep("policies", "No trust root has come yet.")
            }
            return failed("The trust root was refused: \(early.sentence)")
        }
        if let sentence = memo.sentence {
            return failed("A signed document was refused: \(sentence)")
        }
        let root = "trust root version \(memo.state.root.heading.version)"
        guard let version = memo.policyVersion, let end = memo.policyExpiresAt else {
            return DiagnosisStep("policies", "None yet, under \(root).")
        }
        let now = AgentEffects.system.now()
        guard !memo.policiesLackKeys(in: folder, at: now) else {
            return failed(
                "The signed policies, version \(version), lack signatures by keys of "
                    + "\(root); orders wait until new ones are signed.")
        }
        guard now < end else {
            return failed("The signed policies, version \(version), expired at \(end).")
        }
        return DiagnosisStep("policies", "Version \(version), until \(end), under \(root).")
    }

    private static func failed(_ sentence: String) -> DiagnosisStep {
        DiagnosisStep(
            "policies", sentence,
            nextStep: "Look at “patchbay trust status” on the server. Nothing is installed by "
                + "documents that do not hold.")
    }
}
