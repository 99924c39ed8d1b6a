import AgentProtocol
import Fleet
import Logging
import Policy

/// Keeps the control plane's picture of the endpoint true: scans, checks in, uploads what the
/// server lacks.
struct Presence: Sendable {
    /// How far the clocks may differ before a warning, in seconds: beyond it access tokens are
    /// refused.
    static let clockToleranceSeconds: Int64 = 300
    /// The shortest time between two scans that a server asked for, in seconds: a server that asks
    /// without end gets no more.
    static let shortestWishedScanInterval: Int64 = 60
    /// How often an endpoint scans in a window to which its policies limit scans, in seconds.
    static let scanSecondsInWindow: Int64 = 3_600
    /// Over how long the first scans of such a window, and those after news, are spread, in
    /// milliseconds.
    static let longestScanSpread: Int64 = 600_000

    let schedule: CheckInSchedule
    let link: any ControlPlaneLink
    let desk: ScanDesk
    let work: JobWorker
    let bell: Bell
    let settings: AgentSettings
    var trust: TrustDesk?
    var selfUpdates: (any SelfUpdating)?
    var evidence: (any EvidenceKeeping)?
    /// Which probes pass on this endpoint.
    let health: @Sendable ([String]) async -> [String: Bool]?
    let effects: AgentEffects
    let logger: Logger

    private struct Memory {
        var nextScan: Timestamp
        var nextCheckIn: Timestamp
        var lastWishedScan: Timestamp?
        /// When a scan comes, or came, because of new policies or recipes.
        var newsScan: Timestamp?
        var scanInterval: Int64
        var sent: ScanDesk.Record?
        var isFirst = true
        /// Whether somebody has asked for the scan that is due.
        var isWished = false
        /// Whether a scan has been taken that no check-in has told of.
        var hasNews = false
        /// The probes that the last answer asked for.
        var probes: [String] = []
        var linkBackOff = BackOff.link
        var scanBackOff = BackOff.local
    }

    /// Goes on until the task is cancelled.
    func run() async {
        let start = effects.now()
        var memory = Memory(
            nextScan: start, nextCheckIn: start,
            scanInterval: CheckInSchedule.scanIntervals.lowerBound)
        while !Task.isCancelled {
            if bell.takeWish() { wishForScan(&memory) }
            if !work.isBusy, effects.now() >= memory.nextScan { await scanIfAllowed(&memory) }
            await checkIn(&memory)
            await wait(
                until: min(memory.nextCheckIn, work.isBusy ? memory.nextCheckIn : memory.nextScan))
        }
    }

    private func wishForScan(_ memory: inout Memory) {
        // Told once more before the scan has begun, it is the same wish, and puts the next one off
        // no further.
        guard !memory.isWished else { return }
        let now = effects.now()
        let earliest =
            memory.lastWishedScan?.adding(seconds: Self.shortestWishedScanInterval) ?? now
        memory.nextScan = min(memory.nextScan, max(now, earliest))
        memory.lastWishedScan = max(now, earliest)
        memory.isWished = true
    }

    /// What new policies and recipes find is told by a scan: one comes within minutes, spread so that
    /// a fleet does not ask its sources all at once, and one for all that is new meanwhile.
    private func scanForNews(_ memory: inout Memory) {
        let (now, spread) = (effects.now().milliseconds, Self.longestScanSpread)
        var scan = memory.newsScan?.milliseconds ?? now - spread
        if scan <= now { scan = max(now + Int64(Double(spread) * effects.chance()), scan + spread) }
        memory.newsScan = Timestamp(milliseconds: scan)
        memory.nextScan = min(memory.nextScan, Timestamp(milliseconds: scan))
    }

    /// Scans, unless the policies limit scans to windows of which none is open. The first look
    /// after a start is always taken, since nothing is known without it, and so is one that
    /// somebody has asked for.
    private func scanIfAllowed(_ memory: inout Memory) async {
        let now = effects.now()
        if !memory.isFirst, !memory.isWished, let trust,
            case .closed(next: let opens, closes: let closes) = await trust.detection(at: now)
        {
            // Spread over the first half of the window, so that a fleet does not ask its sources
            // all at once.
            let half = max(0, closes.milliseconds - opens.milliseconds) / 2
            let spread = Double(min(half, Self.longestScanSpread)) * effects.chance()
            memory.nextScan = Timestamp(milliseconds: opens.milliseconds + Int64(spread))
            return
        }
        memory.isWished = false
        await scan(&memory)
        guard let trust, case .open(until: _) = await trust.detection(at: now) else { return }
        // The next window may be a day away, after which a scan does not count any more.
        let soon = effects.now().adding(seconds: Self.scanSecondsInWindow)
        memory.nextScan = min(memory.nextScan, soon)
    }

    private func scan(_ memory: inout Memory) async {
        // The first look shows the endpoint within seconds; the package indexes are refreshed right
        // after it.
        let refreshes = settings.refreshesSources && !memory.isFirst
        do {
            _ = try await desk.scan(refreshingSources: refreshes)
            memory.scanBackOff.reset()
            memory.hasNews = true
            let next = memory.isFirst && settings.refreshesSources ? 0 : memory.scanInterval
            memory.nextScan = effects.now().adding(seconds: next)
            memory.isFirst = false
        } catch {
            let pause = memory.scanBackOff.next(chance: effects.chance())
            logger.error("\(error.message) \(error.nextStep)", metadata: ["code": "\(error.code)"])
            memory.nextScan = Timestamp(milliseconds: effects.now().milliseconds + pause)
        }
    }

    private func checkIn(_ memory: inout Memory) async {
        let record = desk.latest
        trust?.noteAlive()
        let health = await health(memory.probes)
        do throws(LinkFailure) {
            let answer = try await link.checkIn(
                CheckInRequest(
                    inventoryDigest: record?.inventoryDigest, postureDigest: record?.postureDigest,
                    scannedAt: record?.scannedAt, agentVersion: settings.agentVersion,
                    bootId: settings.bootId, health: health))
            memory.probes = answer.probes ?? []
            selfUpdates?.noteCheckIn()
            warnOfClock(answer.serverTime)
            if await trust?.refresh(answer.policyDigest, over: link) == true {
                scanForNews(&memory)
            }
            evidence?.take(answer.evidenceRequests ?? [])
            if answer.wantsScan, let record {
                try await upload(record, known: answer.knownInventoryDigest, base: memory.sent)
                memory.sent = record
            }
            // A wish is told again until a scan has come: what was told meanwhile is fulfilled. One
            // that is newer stands in this answer, or is told again.
            if memory.hasNews { _ = bell.takeWish() }
            memory.hasNews = false
            memory.linkBackOff.reset()
            memory.scanInterval = answer.boundedScanInterval
            let now = effects.now()
            memory.nextScan = min(memory.nextScan, now.adding(seconds: memory.scanInterval))
            memory.nextCheckIn = schedule.next(
                after: now, intervalSeconds: answer.nextCheckInSeconds)
            if answer.scanNow { wishForScan(&memory) }
        } catch {
            let pause = error.pause(&memory.linkBackOff, chance: effects.chance())
            logger.warning("The check-in failed: \(error.sentence)")
            memory.nextCheckIn = Timestamp(milliseconds: effects.now().milliseconds + pause)
        }
    }

    private func upload(
        _ record: ScanDesk.Record, known: String?, base: ScanDesk.Record?
    ) async throws(LinkFailure) {
        var upload = ScanUpload(
            scannedAt: record.scannedAt, inventoryDigest: record.inventoryDigest,
            postureDigest: record.postureDigest, posture: record.posture)
        switch UploadPlan.decide(for: record, known: known, base: base) {
        case .postureOnly:
            break
        case .delta(let delta, let digest):
            upload.delta = delta
            upload.baseDigest = digest
        case .whole:
            try await link.sendInventory(
                record.inventory.canonicalBytes, digest: record.inventoryDigest)
        }
        guard try await link.sendScan(upload).wantsFullInventory else { return }
        upload.delta = nil
        upload.baseDigest = nil
        try await link.sendInventory(
            record.inventory.canonicalBytes, digest: record.inventoryDigest)
        guard try await link.sendScan(upload).wantsFullInventory else { return }
        throw .malformed("the server asks for the inventory again though it has just been sent")
    }

    private func warnOfClock(_ serverTime: Timestamp) {
        let difference = effects.now().seconds(since: serverTime)
        guard abs(difference) > Self.clockToleranceSeconds else { return }
        let side = difference > 0 ? "ahead of" : "behind"
        logger.warning(
            "This endpoint's clock is \(abs(difference)) s \(side) the server's; set it.")
    }

    private func wait(until instant: Timestamp) async {
        let pause = instant.milliseconds - effects.now().milliseconds
        guard pause > 0 else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await effects.sleep(pause) }
            group.addTask { await bell.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
