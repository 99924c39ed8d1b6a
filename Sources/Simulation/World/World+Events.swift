import Administration
import AgentCore
import AgentProtocol
import ControlPlane
import Fleet
import Rollout
import ServerRecords

extension World {
    /// How long a tick may be late before silence about a lease counts as a fault, in milliseconds.
    static let leaseGrace: Int64 = 60_000

    func perform(_ happening: Happening) async throws {
        switch happening {
        case .sleepEnds(let life, let ticket): life.wake(ticket)
        case .arrives(let message): try await serve(message)
        case .answered(let call, let reply): switchboard.answer(call, reply)
        case .pollEnds(let call):
            if let poll = polls.removeValue(forKey: call) {
                switchboard.answer(poll.message, with: .success(.work(WorkResponse(order: nil))))
            }
        case .runGoesOn(let place, let run, let boot): endpoints[place].goOn(run, boot: boot)
        case .lifeBegins(let place, let boot): beginLife(at: place, boot: boot)
        case .fault: if isCalm { maintain() } else { fault() }
        case .person: if !isCalm { try await person() }
        case .rings: try await rings()
        case .tick: try await tick()
        case .serverBegins: server.begin()
        }
    }

    private func beginLife(at place: Int, boot: Int) {
        guard lives[place] == nil, endpoints[place].boot == boot else { return }
        livesSoFar += 1
        let life = AgentLife(endpoints[place], number: livesSoFar, boot: boot, timeline: timeline)
        timeline.note(endpoints[place].name, "an agent begins (life \(livesSoFar), boot \(boot))")
        lives[place] = life
        life.begin(switchboard, gates[place], on: executor)
    }

    /// Lets the server answer a message.
    private func serve(_ message: Message) async throws {
        guard server.upSince != nil else {
            let nothing = Reply.failure(.unreachable("connection refused"))
            return switchboard.answer(message, with: nothing)
        }
        let endpoint = endpoints[message.endpoint]
        let subject = SignalSubject.work(endpoint.id)
        let version = server.useCases.signals.version(of: subject)
        let reply = await server.perform(message.request, by: endpoint.principal)
        if let reply {
            try await serve(message, reply, version)
        } else {
            switchboard.answer(message, with: .failure(.unreachable("connection reset")))
        }
        switch message.request {
        case .checkIn, .inventory, .log: await afterServerStep(changesJobs: false)
        case .work, .progress, .result, .scan: await afterServerStep(changesJobs: true)
        }
    }

    private func serve(_ message: Message, _ reply: Reply, _ version: UInt64) async throws {
        guard case .success(.work(let work)) = reply else {
            note(message, reply)
            return switchboard.answer(message, with: reply)
        }
        if let order = work.order {
            timeline.note("server", "hands \(order.job) to ep\(message.endpoint)")
            try checkHandOut(order, to: endpoints[message.endpoint])
        }
        if work.order != nil || work.scanNow || message.isCopy {
            return switchboard.answer(message, with: reply)
        }
        polls[message.call] = Poll(message: message, version: version)
        timeline.schedule(after: AgentWire.longestPoll * 1000, .pollEnds(call: message.call))
    }

    private func note(_ message: Message, _ reply: Reply) {
        let copy = message.isCopy ? " (a late copy)" : ""
        switch (message.request, reply) {
        case (.checkIn, _), (.inventory, _), (.log, _): break
        case (_, .success):
            timeline.note(
                "server", "takes a \(message.request.name) of ep\(message.endpoint)\(copy)")
        case (_, .failure(let failure)):
            timeline.note("server", "answers \(failure) to a \(message.request.name)\(copy)")
        }
    }

    /// After anything that the server did: it may have crashed, requests for work may have been
    /// woken, and jobs may have changed.
    func afterServerStep(changesJobs: Bool) async {
        if server.upSince != nil, server.process.isDown {
            server.end()
            for call in polls.keys.sorted() {
                guard let poll = polls.removeValue(forKey: call) else { continue }
                switchboard.answer(
                    poll.message, with: .failure(.unreachable("connection reset")))
            }
            timeline.schedule(
                after: timeline.chance { $0.number(in: 1000...300_000) }, .serverBegins)
        }
        if changesJobs { await lookAtJobs() }
        guard server.upSince != nil else { return }
        for call in polls.keys.sorted() {
            guard let poll = polls[call] else { continue }
            let subject = SignalSubject.work(endpoints[poll.message.endpoint].id)
            guard server.useCases.signals.version(of: subject) != poll.version else { continue }
            polls[call] = nil
            // Whoever is woken looks again; it arrives at once.
            timeline.schedule(after: 0, .arrives(poll.message))
        }
    }

    private func tick() async throws {
        timeline.schedule(after: UseCases.tickIntervalSeconds * 1000, .tick)
        guard let upSince = server.upSince else { return }
        let now = timeline.instant
        let open = jobs.open
        let isDue = open.contains {
            $0.deadline <= now
                || (plant != .lease && ($0.leaseExpiresAt.map { $0 <= now } ?? false))
        }
        if isDue {
            do { try await server.useCases.tick() } catch is FaultyLedger.Crash {}
            await afterServerStep(changesJobs: true)
        }
        for job in open where [.leased, .running].contains(job.state) {
            guard let current = jobs[job.id], [.leased, .running].contains(current.state),
                let lease = current.leaseExpiresAt
            else { continue }
            let late = now.milliseconds - max(lease.milliseconds, upSince)
            if late > Self.leaseGrace {
                timeline.broken(
                    .leaseRespected,
                    "\(job.id) counts as \(job.state.rawValue) \(late / 1000) s after its lease")
            }
        }
    }
}
