import ServerRecords

extension SQLFailure {
    /// The failure in the ledger's words.
    var unavailable: LedgerUnavailable {
        switch kind {
        case .diskFull: LedgerUnavailable(reason: .diskFull, detail: detail)
        case .corrupt: LedgerUnavailable(reason: .corrupt, detail: detail)
        case .busy, .conflict: LedgerUnavailable(reason: .busy, detail: detail)
        case .lostConnection: LedgerUnavailable(reason: .unreachable, detail: detail)
        case .commitUnknown:
            LedgerUnavailable(
                reason: .unreachable,
                detail:
                    "The connection was lost during a commit, "
                    + "so it is not known whether it was done: look, and ask again. \(detail)"
            )
        case .constraint, .invalidValue, .readOnly, .other:
            LedgerUnavailable(reason: .other, detail: detail)
        }
    }
}

/// What a caller sees of an error: the ledger's words for the database's errors, all others as they
/// are. A value that no database of ours takes is the asker's mistake, and asking again would not
/// mend it.
func callerError(_ error: any Error) -> any Error {
    guard let failure = error as? SQLFailure else { return error }
    guard failure.kind == .invalidValue else { return failure.unavailable }
    return Refusal(
        .malformed, "E_TEXT", "A text holds something that cannot be stored: \(failure.detail)",
        nextStep: "Remove what is named from the text.")
}
