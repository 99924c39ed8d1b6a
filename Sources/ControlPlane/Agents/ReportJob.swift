public import AgentProtocol
public import Fleet
import Policy
public import Rollout
public import ServerRecords

extension UseCases {
    /// An agent reports a step of a job; the answer says whether it has been called off.
    public func reportProgress(
        _ progress: JobProgress, job id: JobID, by agent: AgentPrincipal
    ) async throws -> JobReportResponse {
        var step = progress
        step.sentence = PlainText.line(step.sentence, atMost: Self.longestSentence)
        step.percent = step.percent.map { min(max($0, 0), 100) }
        return try await handle(.progressed(step), job: id, by: agent)
    }

    /// An agent reports a job's end. Reporting the same end again changes nothing.
    public func reportResult(
        _ result: JobResult, job id: JobID, by agent: AgentPrincipal
    ) async throws -> JobReportResponse {
        guard result.outcomes.count <= JobOrder.maximumUpdates,
            result.notes.count <= JobOrder.maximumUpdates,
            (result.probes ?? []).count <= ProbeResult.maximumResults
        else {
            throw Refusal(
                .tooLarge, "E_RESULT_TOO_LARGE",
                "The result has more outcomes than an order can have updates.",
                nextStep: "Update the agent.")
        }
        return try await handle(.reported(Self.cleaned(result)), job: id, by: agent)
    }

    /// An agent sends a piece of a job's log. A piece that came before is not stored again.
    public func appendLog(
        _ chunk: LogChunk, job id: JobID, by agent: AgentPrincipal
    ) async throws -> JobReportResponse {
        guard chunk.offset >= 0, chunk.length >= 0, chunk.length <= Int64(AgentWire.logChunkLimit),
            chunk.text.utf8.count <= 4 * AgentWire.logChunkLimit
        else {
            throw Refusal(
                .malformed, "E_LOG_CHUNK",
                "The piece of the log is too large, or its place is negative.",
                nextStep: "Update the agent.")
        }
        let job = try await writeWaking { records, wakes in
            let job = try Self.job(id, of: agent, in: records)
            try records.appendLog(
                PlainText.lines(chunk.text), at: chunk.offset, length: chunk.length, to: id,
                of: agent.tenant)
            wakes = [SignalSubject.job(job.id, of: job.deployment)]
            return job
        }
        return JobReportResponse(cancel: job.cancelRequested)
    }

    /// A result whose texts are fit to be stored and shown.
    private static func cleaned(_ result: JobResult) -> JobResult {
        var clean = result
        for index in clean.outcomes.indices {
            clean.outcomes[index].sentence = PlainText.line(
                clean.outcomes[index].sentence, atMost: longestSentence)
        }
        clean.probes = clean.probes?.map {
            ProbeResult(
                probe: PlainText.line($0.probe, atMost: HealthProbe.longestText),
                isPassed: $0.isPassed,
                sentence: PlainText.line($0.sentence, atMost: longestSentence),
                value: $0.value, isUnknown: $0.isUnknown)
        }
        clean.snapshot = clean.snapshot.map { PlainText.line($0, atMost: longestSentence) }
        clean.notes = clean.notes.map { PlainText.line($0, atMost: longestSentence) }
        clean.runs = clean.runs.map { runs in
            runs.prefix(InstallRun.mostOfJob).filter(\.isPlausible)
        }
        return clean
    }

    /// The longest sentence of an agent that is stored, in characters.
    static let longestSentence = 2000

    private func handle(
        _ event: JobEvent, job id: JobID, by agent: AgentPrincipal
    ) async throws -> JobReportResponse {
        let now = effects.now()
        let job = try await writeWaking { records, wakes in
            var job = try Self.job(id, of: agent, in: records)
            let before = job
            if case .reported(let result) = event { try Self.check(result, of: job) }
            let actions: [JobAction]
            do throws(JobEventRefused) {
                actions = try job.handle(event, at: now)
            } catch {
                // The agent is told that the job has ended without it, and stops reporting on it.
                throw Refusal(
                    .conflict, "E_JOB_STATE",
                    "The job is \(error.state.rawValue); it does not take this report.",
                    nextStep: "Drop the report; the next scan tells the truth.")
            }
            wakes = try self.carryOut(
                actions, of: job, actor: agent.name, at: now, in: records)
            wakes.formUnion(
                try self.post(
                    RolloutWords.reported(
                        before: before, after: job,
                        on: try Self.platform(of: job, in: records)),
                    about: job, at: now, in: records))
            // A job that goes on after a reboot reports twice, and tells of its runs both times.
            if let runs = job.result?.runs, before.result?.runs == nil {
                try records.learn(
                    from: runs, ordered: job.updates.map { WorkKey($0.key) }, on: job.endpoint,
                    tenant: job.tenant)
            }
            if let seconds = job.result?.rebootSeconds, before.result?.rebootSeconds == nil {
                try records.learn(
                    rebootSeconds: seconds, on: job.endpoint, tenant: job.tenant)
            }
            if job.state == .pendingRestart {
                wakes.formUnion(try self.settleAtOnce(job, by: agent, at: now, in: records))
            }
            return job
        }
        return JobReportResponse(cancel: job.cancelRequested)
    }

    /// The scan that shows the restart may have come before the result did.
    private func settleAtOnce(
        _ job: Job, by agent: AgentPrincipal, at now: Timestamp, in records: any Records
    ) throws -> Set<String> {
        guard let endpoint = try records.endpoint(agent.endpoint, in: .tenant(agent.tenant)),
            let scannedAt = endpoint.scannedAt,
            let posture = try records.posture(of: agent.endpoint, tenant: agent.tenant)
        else { return [] }
        return try settleRestarts(
            [job], of: endpoint, posture: posture, scannedAt: scannedAt, earlierBootAt: nil,
            at: now, in: records)
    }

    private static func job(_ id: JobID, of agent: AgentPrincipal, in records: any Records) throws
        -> Job
    {
        guard let job = try records.job(id, in: .tenant(agent.tenant)),
            job.endpoint == agent.endpoint
        else { throw Refusal.notFound("job") }
        return job
    }

    /// A result must speak of the job's own updates, each once, or say that nothing was begun.
    private static func check(_ result: JobResult, of job: Job) throws {
        if result.cancelledBeforeStart, result.outcomes.isEmpty { return }
        guard result.outcomes.map(\.update.withoutHash) == job.updates.map(\.withoutHash) else {
            throw Refusal(
                .malformed, "E_RESULT_OUTCOMES",
                "The result does not speak of exactly the job's updates.",
                nextStep: "Update the agent.")
        }
    }
}
