import AgentProtocol
import Fleet
import Logging
import Rollout

/// Tells the control plane how a job goes: its steps, its log, its result.
struct JobReporter: Sendable {
    /// The longest silence about a running job, in seconds: the lease is 150 s
    /// (`Job.leaseSeconds`), so two reports may be lost.
    static let heartbeatSeconds: Int64 = 45
    /// The shortest time between two reports, in milliseconds: a log that runs fast is sent in
    /// larger pieces.
    static let spacingMilliseconds: Int64 = 2000
    /// How often there is a look for something to tell, in milliseconds.
    static let pollMilliseconds: Int64 = 500
    /// How much of a job's log is sent, in bytes; the rest stays on the endpoint. A run of 100
    /// packages prints about 100 KB.
    static let logLimit: Int64 = 16 * 1024 * 1024

    let job: JobID
    let link: any ControlPlaneLink
    let state: any StateFolder
    let effects: AgentEffects
    let logger: Logger
    private(set) var logSent: Int64 = 0

    init(
        _ job: JobID, link: any ControlPlaneLink, state: any StateFolder, effects: AgentEffects,
        logger: Logger
    ) {
        self.job = job
        self.link = link
        self.state = state
        self.effects = effects
        self.logger = logger
    }

    /// Reports steps and log until the work has ended. A report that fails is tried again later;
    /// the work never waits for it.
    mutating func follow(_ watch: JobWatch) async {
        var backOff = BackOff.link
        var told: JobProgress?
        var toldAt: Timestamp?
        while !watch.isOver, !Task.isCancelled {
            let step = watch.progress
            let isSilent =
                toldAt.map { effects.now().seconds(since: $0) >= Self.heartbeatSeconds } ?? true
            var pause = Self.pollMilliseconds
            do throws(LinkFailure) {
                if let step, step != told || isSilent {
                    if try await link.report(step, of: job).cancel { watch.requestCancel() }
                    told = step
                    toldAt = effects.now()
                    pause = Self.spacingMilliseconds
                }
                if try await sendLog(watch) {
                    toldAt = effects.now()
                    pause = Self.spacingMilliseconds
                }
                backOff.reset()
            } catch {
                // A job that has ended on the server without the agent is not begun any more; the
                // truth about what has begun comes with the result.
                if error.isFinal {
                    told = step
                    toldAt = effects.now()
                }
                if error.saysThatTheJobIsOver { watch.requestCancel() }
                pause = error.pause(&backOff, chance: effects.chance())
                logger.debug("A report on \(job) failed: \(error.sentence)")
            }
            await wait(pause, watch)
        }
    }

    /// Sends the result until the server has it or refuses it for good, or other work is due: then
    /// the failure is thrown, and the result has its turn after that work.
    ///
    /// - Parameters:
    ///   - result: the result.
    ///   - nextWork: in how many milliseconds other work is due; `nil` when there is none.
    /// - Returns: why it was refused; `nil` when the server has it.
    /// - Throws: `CancellationError` when the agent ends, `StateFolderFailure`.
    mutating func deliver(
        _ result: JobResult, nextWork: @Sendable () -> Int64? = { nil }
    ) async throws -> String? {
        var backOff = BackOff.link
        while true {
            try Task.checkCancellation()
            do throws(LinkFailure) {
                try await sendRestOfLog()
                _ = try await link.report(result, of: job)
                return nil
            } catch {
                logger.warning("The result of \(job) could not be delivered: \(error.sentence)")
                if error.isFinal { return error.sentence }
                let pause = error.pause(&backOff, chance: effects.chance())
                try await effects.sleep(min(pause, max(0, nextWork() ?? pause)))
                if let due = nextWork(), due <= 0 { throw error }
            }
        }
    }

    private mutating func sendRestOfLog() async throws(LinkFailure) {
        do throws(LinkFailure) {
            while try await sendLog(nil) {}
        } catch  where error.isFinal {
            logger.warning("The log of \(job) was refused: \(error.sentence)")
        }
    }

    /// Sends the next piece of the log; `false` when there is none.
    private mutating func sendLog(_ watch: JobWatch?) async throws(LinkFailure) -> Bool {
        let length = min(Int64(AgentWire.logChunkLimit), Self.logLimit - logSent)
        guard length > 0,
            let bytes = try? state.read(JobFolder(job).log, from: logSent, length: Int(length)),
            !bytes.isEmpty
        else { return false }
        let piece = Self.wholeCharacters(bytes)
        let chunk = LogChunk(
            offset: logSent, text: String(decoding: piece, as: UTF8.self),
            length: Int64(piece.count))
        if try await link.report(chunk, of: job).cancel { watch?.requestCancel() }
        logSent += Int64(piece.count)
        return true
    }

    /// The bytes without a character that has only begun at their end: the rest of it comes with
    /// the next piece.
    static func wholeCharacters(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let tail = bytes.suffix(3)
        guard let start = tail.lastIndex(where: { $0 >= 0xC0 }) else { return bytes[...] }
        let needed = bytes[start] >= 0xF0 ? 4 : bytes[start] >= 0xE0 ? 3 : 2
        let isCut = bytes.endIndex - start < needed && start > bytes.startIndex
        return isCut ? bytes[..<start] : bytes[...]
    }

    private func wait(_ milliseconds: Int64, _ watch: JobWatch) async {
        var left = milliseconds
        while left > 0, !watch.isOver, !Task.isCancelled {
            let slice = min(left, Self.pollMilliseconds)
            try? await effects.sleep(slice)
            left -= slice
        }
    }
}
