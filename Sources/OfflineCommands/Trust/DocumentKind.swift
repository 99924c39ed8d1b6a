import ArgumentParser
import CommandBasics
import Trust

/// The kinds of documents that roles sign.
enum DocumentKind: String, ExpressibleByArgument, CaseIterable {
    case policy, approval, hold, script, release, placement, recipe, duty, root

    /// What an envelope says that it holds.
    init(of envelope: Envelope, in file: String) throws {
        let types: [String: DocumentKind] = [
            PolicySet.payloadType: .policy, Grant.payloadType: .approval, Hold.payloadType: .hold,
            Script.payloadType: .script, AgentRelease.payloadType: .release,
            Placement.payloadType: .placement, SignedRecipe.payloadType: .recipe,
            Duty.payloadType: .duty, TrustRoot.payloadType: .root,
        ]
        guard let kind = types[envelope.payloadType] else {
            throw Failure(
                .wrongUse, "\(file) holds no document of Patchbay.",
                nextStep: "Check that it is the right file.", code: "E_SIGNED_WRONG_TYPE")
        }
        self = kind
    }
}
