public import Fleet
public import Trust

/// What the agent believes, as it stands on the disk: no bigger than it must be, since it is kept
/// in memory too. The documents themselves are read when they are needed.
public struct TrustMemo: Hashable, Sendable, Codable {
    /// Root, versions seen, time seen.
    public var state: TrustState
    /// What stood in the answer that was taken last; a check-in with another one means news.
    public var tag: String?
    /// The version of the policies that hold; `nil` while none have been accepted.
    public var policyVersion: Int?
    /// Their digest.
    public var policyDigest: String?
    /// When they end.
    public var policyExpiresAt: Timestamp?
    /// The code of what was refused last; `nil` when the last answer was taken whole.
    public var refusal: String?
    /// Why, with what to do.
    public var sentence: String?
    /// When it was refused.
    public var refusedAt: Timestamp?

    /// Whether the policies in the state folder do not have the signatures that the trust root of
    /// now asks for, as after a change of keys: then the endpoint waits for new ones.
    public func policiesLackKeys(in folder: some StateFolder, at now: Timestamp) -> Bool {
        guard let bytes = try? folder.read(TrustFiles.policies, limit: TrustFiles.sizeLimit) else {
            return false
        }
        do throws(VerificationRefusal) {
            _ = try state.verify(bytes, as: PolicySet.self, at: now)
            return false
        } catch {
            switch error {
            case .unknownKey, .thresholdNotMet: return true
            default: return false
            }
        }
    }
}

/// Where signed documents stand in the state folder.
public enum TrustFiles {
    /// What is believed.
    public static let memo = "trust/state.json"
    /// The policies that hold.
    static let policies = "trust/policies.dsse.json"
    /// What people say of the endpoint.
    static let placement = "trust/placement.dsse.json"
    /// The folder of holds, one file each.
    static let holds = "trust/holds"
    /// The folder of scripts, one file each.
    static let scripts = "trust/scripts"
    /// The folder of recipes, one file each.
    static let recipes = "trust/recipes"
    /// The folder of duties, one file each.
    static let duties = "trust/duties"
    /// Which jobs have begun to carry out which grants, and which of them did it whole.
    static let nonces = "trust/nonces.json"
    /// When the endpoint was not there.
    static let absences = "trust/absences.json"
    /// The refusal of a first root, while there is no memo yet.
    static let refusal = "trust/refusal.json"
    /// The largest file that is read, in bytes: an envelope in its base64, and its signatures.
    static let sizeLimit = 2 * Envelope.maximumBytes
    /// The most holds that are kept: a server cannot fill the disk.
    static let maximumHolds = 100
    /// The most scripts that are kept.
    static let maximumScripts = 100
    /// The most recipes that are kept.
    static let maximumRecipes = 200

    /// What the agent believes; `nil` when it believes nothing yet.
    ///
    /// - Throws: `StateFolderFailure` `E_TRUST_STATE_DAMAGED` when it cannot be read: then nothing
    ///   is installed, since what was believed is not known any more.
    public static func load(from state: some StateFolder) throws(StateFolderFailure) -> TrustMemo? {
        guard let bytes = try state.read(memo, limit: sizeLimit) else { return nil }
        guard let value = AgentJSON.decode(TrustMemo.self, from: bytes) else {
            throw StateFolderFailure(
                code: "E_TRUST_STATE_DAMAGED",
                message: "The file \(memo) of the state folder cannot be read.",
                nextStep: "Restore it from a backup, or enrol the endpoint anew.")
        }
        return value
    }
}

/// A refusal that stands where there is no memo yet.
public struct EarlyRefusal: Hashable, Sendable, Codable {
    /// The code.
    public var code: String
    /// Why.
    public var sentence: String

    /// The refusal of a first root; `nil` when there was none.
    public static func load(from state: some StateFolder) -> EarlyRefusal? {
        guard let bytes = try? state.read(TrustFiles.refusal, limit: TrustFiles.sizeLimit) else {
            return nil
        }
        return AgentJSON.decode(EarlyRefusal.self, from: bytes)
    }
}
