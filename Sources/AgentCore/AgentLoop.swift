public import Fleet
public import Logging
import Policy

/// What is set for an agent once.
public struct AgentSettings: Sendable {
    /// The agent's version.
    public var agentVersion: String
    /// The running boot.
    public var bootId: String
    /// Whether the agent refreshes the package indexes before its scans. It writes index files, and
    /// nothing else.
    public var refreshesSources: Bool

    /// What is set for an agent once.
    public init(agentVersion: String, bootId: String, refreshesSources: Bool) {
        self.agentVersion = agentVersion
        self.bootId = bootId
        self.refreshesSources = refreshesSources
    }
}

/// The agent: keeps the control plane's picture of the endpoint true, and carries out jobs, until
/// its task is cancelled.
///
/// What it learns and does stands in the state folder, so that it can end at any instant and be
/// started again.
public struct AgentLoop: Sendable {
    private let presence: Presence
    private let worker: JobWorker
    private let reboots: RebootDesk?
    private let prefetches: PrefetchDesk?
    private let evidence: (any EvidenceKeeping)?

    /// The agent of an endpoint, with its ports. Without `trust` it believes no signed policy and
    /// carries out every order that fits its own rules.
    public init(
        endpoint: EndpointID, settings: AgentSettings, link: any ControlPlaneLink,
        scanner: any Scanning,
        installer: any Installing, runs: any RunSupervising, state: any StateFolder,
        aftercare: AftercareParts? = nil, trust: TrustDesk? = nil,
        selfUpdates: (any SelfUpdating)? = nil, prefetch: PrefetchParts? = nil,
        safeguards: (any Safeguarding)? = nil, evidence: (any EvidenceKeeping)? = nil,
        effects: AgentEffects, logger: Logger
    ) {
        let bell = Bell()
        let desk = ScanDesk(scanner)
        trust?.use(desk)
        if let safeguards {
            desk.tell(
                of: BackupMemory(safeguards, effects: effects) { now in
                    // Before the first scan nothing is known of the endpoint, nor of its policy.
                    guard desk.latest != nil else { return nil }
                    return await trust?.preconditions(at: now).backupAge
                })
        }
        let runner = JobRunner(
            endpoint: endpoint, desk: desk, installer: installer, runs: runs, state: state,
            effects: effects, aftercare: aftercare,
            gate: trust.map { GrantGate(desk: $0, link: link) }, selfUpdates: selfUpdates,
            safeguards: safeguards, evidence: evidence)
        self.evidence = evidence
        let reboots = aftercare.map { parts in
            RebootDesk(
                endpoint: endpoint, parts: parts, link: link, runner: runner, presence: bell,
                logger: logger)
        }
        self.reboots = reboots
        worker = JobWorker(
            endpoint: endpoint, link: link, runner: runner, state: state, bell: bell,
            reboots: reboots, effects: effects,
            logger: logger)
        let work = worker
        prefetches =
            if let prefetch, let trust {
                PrefetchDesk(
                    prefetch, trust: trust, desk: desk, installer: installer, state: state,
                    claim: aftercare?.claim, isBusy: { work.isBusy || reboots?.isAtHand == true },
                    mustWait: { now in
                        guard let safeguards else { return false }
                        return await safeguards.keepsFromDownloading(
                            await trust.preconditions(at: now))
                    },
                    bell: bell, effects: effects, logger: logger)
            } else { nil }
        presence = Presence(
            schedule: CheckInSchedule(endpoint), link: link, desk: desk, work: worker, bell: bell,
            settings: settings, trust: trust, selfUpdates: selfUpdates, evidence: evidence,
            health: { await runner.health(of: $0) }, effects: effects, logger: logger)
    }

    /// What people at the endpoint ask and are told; `nil` for an agent that does not reboot.
    public var people: (any PeopleAnswering)? { reboots }

    /// Works until the task is cancelled. A program that a job has started goes on without the
    /// agent.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await presence.run() }
            group.addTask { await worker.run() }
            if let trust = presence.trust { group.addTask { await trust.live() } }
            if let reboots { group.addTask { await reboots.run() } }
            if let prefetches { group.addTask { await prefetches.run() } }
            if let evidence {
                group.addTask { await evidence.run(reboots?.parts.claim) { worker.isBusy } }
            }
        }
    }
}
