public import Fleet

/// Why a signed document is not believed. The state stays as it was.
public enum VerificationRefusal: Error, Hashable, Sendable {
    /// The envelope is larger, or has more signatures, than is looked at.
    case tooLarge
    /// It cannot be read; a clause says why.
    case malformed(String)
    /// It is signed as something else than was asked for.
    case wrongType(expected: String)
    /// No key of the role has signed it.
    case unknownKey(TrustRole)
    /// Too few keys of the role have signed it.
    case thresholdNotMet(TrustRole, valid: Int, needed: Int)
    /// The trust root has expired; only a new root is taken.
    case rootExpired(Timestamp)
    /// The first root is not the one that is expected.
    case wrongRoot
    /// It is not the next version of the root; every version must be seen.
    case rootSkipped(expected: Int, offered: Int)
    /// It is issued later than this clock shows.
    case notYetValid(from: Timestamp)
    /// It has expired.
    case expired(at: Timestamp)
    /// It is for another tenant.
    case wrongTenant
    /// A newer version, or this version with another content, has been seen.
    case rolledBack(seen: Int, offered: Int)
    /// One of another name is held that speaks of the same, and was issued later.
    case outdated(held: Timestamp)
    /// The clock shows a time before one that it has shown already.
    case clockSetBack(last: Timestamp)

    /// A stable code.
    public var code: String {
        switch self {
        case .tooLarge: "E_SIGNED_TOO_LARGE"
        case .malformed: "E_SIGNED_MALFORMED"
        case .wrongType: "E_SIGNED_WRONG_TYPE"
        case .unknownKey: "E_SIGNED_UNKNOWN_KEY"
        case .thresholdNotMet: "E_SIGNED_THRESHOLD"
        case .rootExpired: "E_ROOT_EXPIRED"
        case .wrongRoot: "E_ROOT_WRONG"
        case .rootSkipped: "E_ROOT_SKIPPED"
        case .notYetValid: "E_SIGNED_NOT_YET_VALID"
        case .expired: "E_SIGNED_EXPIRED"
        case .wrongTenant: "E_SIGNED_WRONG_TENANT"
        case .rolledBack: "E_SIGNED_ROLLED_BACK"
        case .outdated: "E_SIGNED_OUTDATED"
        case .clockSetBack: "E_CLOCK_SET_BACK"
        }
    }

    /// What is wrong, in one sentence.
    public var message: String {
        switch self {
        case .tooLarge:
            "The envelope has more than \(Envelope.maximumBytes) bytes or "
                + "\(Envelope.maximumSignatures) signatures."
        case .malformed(let why): "The document cannot be read: \(why)."
        case .wrongType(let expected): "The envelope holds no document of the type \(expected)."
        case .unknownKey(let role):
            "No valid signature is by a key that the trust root gives the role \(role.rawValue)."
        case .thresholdNotMet(let role, let valid, let needed):
            "It has valid signatures by \(valid) of the \(needed) keys that the role "
                + "\(role.rawValue) needs."
        case .rootExpired(let end): "The trust root expired at \(end)."
        case .wrongRoot: "The trust root is not the one whose fingerprint is expected."
        case .rootSkipped(let expected, let offered):
            "Version \(offered) of the trust root was offered, and version \(expected) is next."
        case .notYetValid(let from): "The document is issued at \(from), which lies ahead."
        case .expired(let end): "The document expired at \(end)."
        case .wrongTenant: "The document is for another tenant."
        case .rolledBack(let seen, let offered):
            seen == offered
                ? "Version \(offered) of the document has been seen with another content."
                : "Version \(offered) of the document was offered after version \(seen)."
        case .outdated(let held):
            "A document of another name that was issued later, at \(held), is held for the same."
        case .clockSetBack(let last):
            "The clock shows a time before \(last), which it has shown already."
        }
    }

    /// What to do about it, in one sentence.
    public var nextStep: String {
        switch self {
        case .tooLarge, .malformed: "Sign the document again."
        case .wrongType: "Check that it is the right file."
        case .unknownKey: "Sign it with a key of this role (patchbay trust show lists them)."
        case .thresholdNotMet: "Let another holder of a key of this role sign it."
        case .rootExpired: "Sign a new version of the trust root."
        case .wrongRoot: "Compare the fingerprint with the one that was written down."
        case .rootSkipped: "Offer the versions of the trust root one after the other."
        case .notYetValid, .clockSetBack: "Set the clock of this machine right."
        case .expired: "Sign a new version of the document."
        case .wrongTenant: "Sign it for this tenant."
        case .rolledBack: "Sign it with a higher version."
        case .outdated: "Sign it anew."
        }
    }
}

extension VerificationRefusal: CustomStringConvertible {
    /// Cause, next step and code in one line.
    public var description: String { "\(message) \(nextStep) (\(code))" }
}
