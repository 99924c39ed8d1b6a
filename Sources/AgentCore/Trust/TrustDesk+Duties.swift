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

    /// Removes duties that have expired: they open nothing any more. Which versions were seen stays
    /// remembered.
    private func removeEndedDuties(_ memo: TrustMemo, _ now: Timestamp) {
        for name in (try? state.names(in: TrustFiles.duties)) ?? [] {
            let file = "\(TrustFiles.duties)/\(name)"
            guard let bytes = try? state.read(file, limit: TrustFiles.sizeLimit) else { continue }
            do throws(VerificationRefusal) {
                _ = try memo.state.verify(bytes, as: Duty.self, at: now)
            } catch {
                guard case .expired = error else { continue }
                try? state.remove(file)
            }
        }
    }

    /// Who is on duty, now or later, by the duties that hold: each is checked anew.
    func onDuty(_ memo: TrustMemo, at now: Timestamp) -> [OnDuty] {
        let names = (try? state.names(in: TrustFiles.duties)) ?? []
        return names.prefix(2 * TrustFiles.maximumDuties).compactMap { name in
            let file = "\(TrustFiles.duties)/\(name)"
            guard let bytes = try? state.read(file, limit: TrustFiles.sizeLimit) else { return nil }
            return (try? memo.state.verify(bytes, as: Duty.self, at: now))?.accepted.document
                .onDuty
        }
    }
}
