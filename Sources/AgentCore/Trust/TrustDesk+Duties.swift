import AgentProtocol
import Calendar
import Fleet
import Trust

extension TrustDesk {
    /// Takes the duties that are believed. One that is not changes nothing, and keeps none of the
    /// others from being taken. One that was accepted holds until it ends or a newer version ends
    /// it: that the server does not name it any more means nothing.
    func takeDuties(
        _ answer: TrustResponse, _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        var refusal: VerificationRefusal?
        for text in (answer.duties ?? []).prefix(Duty.maximumAtOnce) {
            do throws(TakingFailure) {
                try takeDuty(Array(text.utf8), &memo, now)
            } catch {
                guard case .refused(let why) = error else { throw error }
                refusal = refusal ?? why
            }
        }
        removeIdleDuties(memo, now)
        if let refusal { throw .refused(refusal) }
    }

    private func takeDuty(
        _ bytes: [UInt8], _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        let taken = try believe(bytes, as: Duty.self, memo, now)
        memo.state = taken.state
        let heading = taken.accepted.document.heading
        let file = "\(TrustFiles.duties)/\(heading.scope)-\(heading.name).dsse.json"
        try keep(bytes, as: file, believing: memo)
    }

    /// For how long a duty that is over is remembered, in seconds: as long as a window may be open,
    /// so that it is known which openings the endpoint has missed.
    private static let rememberedSeconds = MaintenanceWindow.maximumLengthSeconds

    /// Removes duties that decide nothing any more: over for long, or never to be believed again,
    /// as those that only former keys have signed. Which versions were seen stays remembered.
    private func removeIdleDuties(_ memo: TrustMemo, _ now: Timestamp) {
        for name in (try? state.names(in: TrustFiles.duties)) ?? [] {
            let file = "\(TrustFiles.duties)/\(name)"
            guard let bytes = try? state.read(file, limit: TrustFiles.sizeLimit) else { continue }
            let end = Self.end(of: bytes)
            if let end, end.adding(seconds: Self.rememberedSeconds) <= now {
                try? state.remove(file)
            } else if let why = Self.lostForGood(bytes, end, memo, now) {
                // The server hands it out anew when it is signed anew.
                note("Removed the duty \(name), which is not believed any more: \(why.message)")
                try? state.remove(file)
            }
        }
    }

    /// Why a duty will never be believed again; `nil` where it is, or may be when the clock is set
    /// right or a new root comes.
    private static func lostForGood(
        _ bytes: [UInt8], _ end: Timestamp?, _ memo: TrustMemo, _ now: Timestamp
    ) -> VerificationRefusal? {
        do throws(VerificationRefusal) {
            let instant = min(now, end?.adding(seconds: -1) ?? now)
            _ = try memo.state.verify(bytes, as: Duty.self, at: instant)
            return nil
        } catch {
            switch error {
            case .unknownKey, .thresholdNotMet, .malformed, .tooLarge, .wrongType, .wrongTenant,
                .rolledBack, .outdated:
                return error
            case .rootExpired, .wrongRoot, .rootSkipped, .notYetValid, .expired, .clockSetBack:
                return nil
            }
        }
    }

    private static func end(of bytes: [UInt8]) -> Timestamp? {
        guard let envelope = try? Envelope(json: bytes) else { return nil }
        return (try? SignedDocument<Duty>(unverified: envelope))?.heading.expiresAt
    }

    /// Who is on duty, now, later or lately, by the duties that hold: each is checked anew, and one
    /// that is over as of its last second.
    func onDuty(_ memo: TrustMemo, at now: Timestamp) -> [OnDuty] {
        let names = (try? state.names(in: TrustFiles.duties)) ?? []
        // Names count up, so that the last ones are the newest.
        return names.sorted().suffix(2 * Duty.maximumAtOnce).compactMap { name in
            let file = "\(TrustFiles.duties)/\(name)"
            guard let bytes = try? state.read(file, limit: TrustFiles.sizeLimit),
                let end = Self.end(of: bytes),
                now < end.adding(seconds: Self.rememberedSeconds)
            else { return nil }
            let instant = min(now, end.adding(seconds: -1))
            return (try? memo.state.verify(bytes, as: Duty.self, at: instant))?.accepted.document
                .onDuty
        }
    }
}
