public import AgentCore
import AgentProtocol
import Fleet
public import Forensics
import Logging
import Synchronization
import Trust

extension EvidenceDesk {
    /// How long a control plane that takes no evidence is left alone, in milliseconds: one of a
    /// former release may be renewed.
    static let unknownRouteMilliseconds: Int64 = 3_600_000

    /// Hears what the control plane asks for.
    public func take(_ requests: [EvidenceRequest]) {
        memory.withLock { $0.wanted = Array(requests.prefix(EvidenceLimits.requestsAtOnce)) }
    }

    /// Answers and sends until the task is cancelled.
    public func run(_ claim: RunClaim?, isBusy: @escaping @Sendable () -> Bool) async {
        var backOff = BackOff.link
        var pause: Int64 = 0
        while !Task.isCancelled {
            if !isBusy() { await answer(claim, isBusy) }
            pause -= Self.tickMilliseconds
            if pause <= 0 {
                do throws(LinkFailure) {
                    try await deliver()
                    backOff.reset()
                } catch {
                    logger.debug("Evidence could not be sent: \(error.sentence)")
                    pause = error.pause(&backOff, chance: effects.chance())
                    if error.isOfUnknownRoute { pause = Self.unknownRouteMilliseconds }
                }
            }
            try? await effects.sleep(Self.tickMilliseconds)
        }
    }

    /// Takes what the control plane asks for first, if nothing else is at work.
    private func answer(_ claim: RunClaim?, _ isBusy: @Sendable () -> Bool) async {
        guard let request = memory.withLock({ $0.wanted.first }), takeTurn() else { return }
        defer { endTurn() }
        // No run begins and no reboot is ordered meanwhile.
        if let claim, !claim.takeForRun() { return }
        defer { claim?.releaseRun() }
        guard !isBusy() else { return }
        let shelf = EvidenceShelf.read(state)
        let now = effects.now()
        let isAnswered = shelf.entries.contains { $0.mark.id == request.id }
        let isTooSoon = shelf.answeredAt.map {
            (0..<EvidenceLimits.requestSpacingSeconds).contains(now.seconds(since: $0))
        }
        if !isAnswered, isTooSoon == true { return }
        memory.withLock { $0.wanted.removeAll { $0.id == request.id } }
        guard !isAnswered else { return }
        do {
            // First of all: what fails is not tried at once again either.
            try change { $0.answeredAt = now }
            _ = try await capture(
                request.id, request.reason, for: EvidenceNames.bounded(request.vulnerabilities),
                before: nil)
        } catch let fault as EvidenceFault {
            logger.warning("Evidence \(request.id), which the server asks for, \(fault.clause)")
        } catch {
            logger.error("\(error)")
        }
    }

    /// Sends what the control plane does not have, the oldest first.
    private func deliver() async throws(LinkFailure) {
        guard memory.withLock({ $0.mayHaveNews }) else { return }
        // Before the look: what is taken meanwhile is news again.
        memory.withLock { $0.mayHaveNews = false }
        var problem: LinkFailure?
        for entry in EvidenceShelf.read(state).entries where !entry.isSettled {
            do throws(LinkFailure) {
                try await deliver(entry)
            } catch {
                problem = error
                // A refusal is about this one; else nobody is there for the others either.
                guard case .refused = error, !error.isOfUnknownRoute else { break }
            }
        }
        guard let problem else { return }
        memory.withLock { $0.mayHaveNews = true }
        throw problem
    }

    private func deliver(_ entry: EvidenceShelf.Entry) async throws(LinkFailure) {
        let id = entry.mark.id
        let path = EvidenceShelf.path(of: id)
        guard let bytes = try? state.read(path, limit: EvidenceLimits.bundleBytes),
            Digest.sha256Hex(bytes) == entry.mark.sha256
        else {
            logger.error("Evidence \(id) is not on the disk any more as it was taken.")
            settle(id)
            return
        }
        do throws(LinkFailure) {
            let receipt = try await link.send(evidence: bytes)
            guard receipt.id == id, receipt.sha256 == entry.mark.sha256 else {
                throw LinkFailure.malformed("the receipt is not for the evidence that was sent")
            }
            logger.info("The server has evidence \(id).")
        } catch {
            let isFinal = error.isFinal || error.isOfAnotherEndpoint
            guard isFinal, !error.isOfUnknownRoute else { throw error }
            logger.error("Evidence \(id) was refused, and is kept here only: \(error.sentence)")
        }
        settle(id)
    }

    private func settle(_ id: EvidenceID) {
        do {
            try change { shelf in
                for place in shelf.entries.indices where shelf.entries[place].mark.id == id {
                    shelf.entries[place].isSettled = true
                }
            }
        } catch {
            // It is sent once more, which the server knows.
            logger.error("\(error)")
        }
    }
}

extension LinkFailure {
    /// Whether the bundle is of the endpoint that this machine was before it was enrolled anew.
    fileprivate var isOfAnotherEndpoint: Bool {
        guard case .refused(_, let problem) = self else { return false }
        return problem.code == "E_EVIDENCE_FOREIGN"
    }

    /// Whether the server has no route for evidence.
    fileprivate var isOfUnknownRoute: Bool {
        guard case .refused(let status, _) = self else { return false }
        return status == 404 || status == 405
    }
}
