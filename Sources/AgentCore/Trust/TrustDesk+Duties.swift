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
        for text in (answer.duties ?? []).prefix(TrustFiles.maximumDuties) {
            do throws(TakingFailure) {
                try takeDuty(Array(text.utf8), &memo, now)
            } catch {
                guard case .refused(let why) = error else { throw error }
                refusal = refusal ?? why
            }
        }
        removeEndedDuties(memo, now)
        if let refusal { throw .refused(refusal) }
    }

    private func takeDuty(
        _ bytes: [UInt8], _ memo: inout TrustMemo, _ now: Timestamp
    ) throws(TakingFailure) {
        let taken = try believe(bytes, as: Duty.self, memo, now)
        memo.state = taken.state
        let heading = taken.accepted.document.heading
        let file = "\(TrustFiles.duties)/\(heading.scope)-\(heading.name).dsse.json"
        let believed = memo
        try write { () throws(StateFolderFailure) in
            try keep(believed)
            try state.replace(file, with: bytes)
        }
    }

    /// For how long a duty that is over is remembered, in seconds: as long as a window may be open,
    /// so that it is known which openings the endpoint has missed.
    private static let rememberedSeconds = MaintenanceWindow.maximumLengthSeconds

    /// Removes duties that have been over for long. Which versions were seen stays remembered.
    private func removeEndedDuties(_ memo: TrustMemo, _ now: Timestamp) {
        for name in (try? state.names(in: TrustFiles.duties)) ?? [] {
            let file = "\(TrustFiles.duties)/\(name)"
            guard let bytes = try? state.read(file, limit: TrustFiles.sizeLimit),
                let end = Self.end(of: bytes),
                end.adding(seconds: Self.rememberedSeconds) <= now
            else { continue }
            try? state.remove(file)
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
        return names.sorted().suffix(2 * TrustFiles.maximumDuties).compactMap { name in
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
