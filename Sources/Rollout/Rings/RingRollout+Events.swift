import Fleet

/// What each event means for the endpoint that it is about.
extension RingRollout {
    /// After so many returns of an update that was verified, its endpoint is not tried again:
    /// something there takes it away, and installing it once more would only go in circles.
    static let mostReturns = 3
    /// How long an endpoint rests that let an order pass unused, in seconds: an hour, after which
    /// its next window may be open.
    static let unusedOrderRestSeconds: Int64 = 3600

    mutating func apply(_ event: RolloutEvent, _ actions: inout [RolloutAction]) {
        switch event {
        case .started: start(&actions)
        case .tick: break
        case .jobStarted(let offer): begin(offer)
        case .jobVerified(let offer, let found): verify(offer, found, &actions)
        case .jobUnhealthy(let offer):
            verify(offer, RolloutVerification(isHealthy: false), &actions)
        case .jobFailed(let offer, let cause): fail(offer, cause, &actions)
        case .jobExpired(let offer): expire(offer, &actions)
        case .jobSkipped(let offer, let reason): end(offer, as: .skipped(reason))
        case .jobWithdrawn(let offer): takeBack(offer)
        case .ordersRecalled(let offers):
            for offer in offers {
                if let place = place(of: offer) { withdraw(place, &actions) }
            }
        case .healthReported(let endpoint, let isHealthy, let at):
            noteHealth(endpoint, isHealthy, at)
        case .updateMissingAgain(let endpoint, let at): missAgain(endpoint, at, &actions)
        case .endpointJoined(let member, let ring): join(member, ring)
        case .endpointLeft(let endpoint): leave(endpoint, &actions)
        case .endpointOffline(let endpoint, let at): reach(endpoint, false, at, &actions)
        case .endpointOnline(let endpoint, let at): reach(endpoint, true, at, &actions)
        case .wayCleared:
            for place in roster.entries.indices where roster.entries[place].restsUntried {
                roster.update(place) { $0.phase = .waiting }
            }
        case .haltRequested(let person, let reason):
            if state == .running { halt(.person(by: person, reason: reason), &actions) }
        case .resumeRequested(let person, let mode): resume(person, mode, &actions)
        case .cancelRequested(let person):
            state = .cancelled
            actions.append(.notify(.cancelled(by: person)))
            withdrawOffers(&actions)
        }
    }

    private mutating func start(_ actions: inout [RolloutAction]) {
        guard state == .planned else { return }
        state = .running
        if !plan.rings.isEmpty { open(0, &actions) }
    }

    private mutating func resume(
        _ person: String, _ mode: ResumeMode, _ actions: inout [RolloutAction]
    ) {
        guard case .halted = state else { return }
        state = .running
        actions.append(.notify(.resumed(by: person, mode)))
        switch mode {
        case .keep: break
        case .retryFailed:
            for place in roster.entries.indices {
                guard case .failed = roster.entries[place].phase else { continue }
                roster.update(place) {
                    $0.phase = .waiting
                    $0.failures = FailureCounts()
                    $0.returns = 0
                }
            }
        case .passGate:
            for ring in progress.indices where progress[ring].openedAt != nil {
                progress[ring].isOverridden = true
            }
        }
    }

    /// The place of the endpoint whose latest order this is.
    private func place(of offer: RolloutOffer) -> Int? {
        guard let place = roster.place(of: offer.endpoint),
            offer.number == roster.entries[place].orders, offer.number > 0
        else { return nil }
        return place
    }

    private mutating func begin(_ offer: RolloutOffer) {
        guard let place = place(of: offer), roster.entries[place].isOpen else { return }
        roster.update(place) { $0.phase = .running }
    }

    /// Whose order somebody else took back rests, so that it is not given again in the same breath.
    private mutating func takeBack(_ offer: RolloutOffer) {
        guard let place = place(of: offer) else { return }
        switch roster.entries[place].phase {
        case .offered: rest(place, until: clock.adding(seconds: Self.unusedOrderRestSeconds))
        case .withdrawing: roster.update(place) { $0.phase = .waiting }
        case .waiting, .running, .resting, .verified, .failed, .skipped: break
        }
    }

    private mutating func end(_ offer: RolloutOffer, as phase: RosterEntry.Phase) {
        guard let place = place(of: offer), roster.entries[place].isOpen else { return }
        roster.update(place) { $0.phase = phase }
    }

    /// A fresh scan is believed even after the order has failed or expired; an endpoint that is
    /// verified already only learns that it is unhealthy.
    private mutating func verify(
        _ offer: RolloutOffer, _ found: RolloutVerification, _ actions: inout [RolloutAction]
    ) {
        guard let place = place(of: offer) else { return }
        let clock = clock
        switch roster.entries[place].phase {
        case .waiting, .skipped: return
        case .verified:
            guard found.isHealthy == false, roster.entries[place].healthAt ?? clock <= clock,
                roster.entries[place].isHealthy == nil
            else { return }
            roster.update(place) {
                $0.isHealthy = false
                $0.healthAt = clock
            }
        case .offered, .withdrawing, .running, .resting, .failed:
            roster.update(place) {
                $0.phase = .verified
                $0.verifiedAt = clock
                $0.isHealthy = found.isHealthy
                $0.healthAt = clock
            }
            if !isInLock(found.installed), state == .running {
                halt(.lockListDiffers(offer.endpoint), &actions)
            }
        }
    }

    /// Compares what was installed with the lock list, and completes the list while it is open.
    private mutating func isInLock(_ installed: [LockedPackage]) -> Bool {
        var agrees = true
        for line in installed {
            if let known = lockList.first(where: { $0.meets(line) }) {
                if known.sha256 != line.sha256 { agrees = false }
            } else if isLockListOpen {
                let place = lockList.firstIndex { $0.key >= line.key } ?? lockList.endIndex
                lockList.insert(line, at: place)
            }
        }
        return agrees
    }

    private mutating func fail(
        _ offer: RolloutOffer, _ cause: FailureClass, _ actions: inout [RolloutAction]
    ) {
        guard let place = place(of: offer), roster.entries[place].isOpen else { return }
        retryOrGiveUp(place, cause, &actions)
        // The endpoint's own index names another file than the canaries have installed.
        if cause == .hashMismatch, isLockListFixed, state == .running {
            halt(.lockListDiffers(offer.endpoint), &actions)
        }
    }

    /// An order that was never begun says nothing about the update: the endpoint only rests.
    private mutating func expire(_ offer: RolloutOffer, _ actions: inout [RolloutAction]) {
        guard let place = place(of: offer), roster.entries[place].isOpen else { return }
        if roster.entries[place].phase == .running {
            retryOrGiveUp(place, nil, &actions)
        } else {
            rest(place, until: clock.adding(seconds: Self.unusedOrderRestSeconds))
        }
    }

    private mutating func retryOrGiveUp(
        _ place: Int, _ cause: FailureClass?, _ actions: inout [RolloutAction]
    ) {
        var next = FailureCounts.Next.giveUp
        let clock = clock
        roster.update(place) { next = $0.failures.record(cause, at: clock) }
        switch next {
        case .retry(let at): rest(place, until: at)
        case .giveUp: giveUp(place, cause.map { .failure($0) } ?? .expired, &actions)
        }
    }

    private mutating func rest(_ place: Int, until: Timestamp) {
        roster.update(place) { $0.phase = .resting(until: until) }
        nextRetry = min(nextRetry ?? until, until)
    }

    private mutating func giveUp(
        _ place: Int, _ reason: GiveUpReason, _ actions: inout [RolloutAction]
    ) {
        roster.update(place) { $0.phase = .failed(reason) }
        actions.append(.notify(.gaveUp(roster.entries[place].member.endpoint, reason)))
    }

    private mutating func noteHealth(_ endpoint: EndpointID, _ isHealthy: Bool, _ at: Timestamp) {
        guard let place = roster.place(of: endpoint) else { return }
        // An endpoint's clock may be ahead; its word must not outlive the words after it.
        let observed = min(at, clock)
        if let last = roster.entries[place].healthAt, observed <= last { return }
        roster.update(place) {
            $0.isHealthy = isHealthy
            $0.healthAt = observed
        }
    }

    private mutating func missAgain(
        _ endpoint: EndpointID, _ at: Timestamp, _ actions: inout [RolloutAction]
    ) {
        guard let place = roster.place(of: endpoint),
            roster.entries[place].phase == .verified,
            let verifiedAt = roster.entries[place].verifiedAt, at > verifiedAt
        else { return }
        roster.update(place) {
            $0.returns += 1
            $0.phase = .waiting
            $0.verifiedAt = nil
        }
        if roster.entries[place].returns >= Self.mostReturns {
            giveUp(place, .comesBack, &actions)
        }
    }

    private mutating func join(_ member: RolloutMember, _ ring: Int) {
        if let place = roster.place(of: member.endpoint) {
            roster.update(place) { $0.hasLeft = false }
        } else if plan.rings.indices.contains(ring) {
            roster.add(RosterEntry(member, ring: ring))
        }
    }

    private mutating func leave(_ endpoint: EndpointID, _ actions: inout [RolloutAction]) {
        guard let place = roster.place(of: endpoint) else { return }
        withdraw(place, &actions)
        roster.update(place) { $0.hasLeft = true }
    }

    private mutating func reach(
        _ endpoint: EndpointID, _ isOnline: Bool, _ at: Timestamp, _ actions: inout [RolloutAction]
    ) {
        guard let place = roster.place(of: endpoint) else { return }
        let observed = min(at, clock)
        if let last = roster.entries[place].reachAt, observed <= last { return }
        roster.update(place) {
            $0.isOffline = !isOnline
            $0.reachAt = observed
        }
        if !isOnline { withdraw(place, &actions) }
    }
}
