public import AgentCore
public import AgentProtocol
public import Fleet
public import Forensics
public import Logging
import Synchronization
import Trust

/// Reads what an endpoint looks like, and changes nothing on it.
public protocol EvidenceCapturing: Sendable {
    /// Takes all sections.
    ///
    /// - Parameter deadline: when it must be done, by the endpoint's clock; what is not taken then
    ///   says so.
    /// - Returns: the sections, which together stay within the bounds of a bundle.
    func sections(until deadline: Timestamp) async -> [EvidenceSection]
}

/// Takes evidence, keeps it, and sends it to the control plane.
///
/// A bundle is on the disk, flushed, before an installation that needs it goes on; it is sent when
/// there is a connection, and sent again until a receipt for exactly its bytes has come.
public final class EvidenceDesk: EvidenceKeeping {
    /// How often there is a look whether something is to be taken or sent, in milliseconds.
    static let tickMilliseconds: Int64 = 5_000
    /// How often a job looks whether a capture that is under way has ended, in milliseconds.
    static let turnMilliseconds: Int64 = 250

    /// What is known only to this life of the agent.
    struct Memory {
        /// What the control plane asks for, as of the last check-in.
        var wanted: [EvidenceRequest] = []
        /// Whether there may be bundles that the control plane does not have.
        var mayHaveNews = true
        /// Whether a capture is under way.
        var isTaking = false
    }

    let state: any StateFolder
    let link: any EvidenceLink
    let effects: AgentEffects
    let logger: Logger
    let memory = Mutex(Memory())
    private let endpoint: EndpointID
    private let settings: AgentSettings
    private let capturing: any EvidenceCapturing
    private let disk = Mutex(())

    /// A desk.
    ///
    /// - Parameters:
    ///   - endpoint: whose evidence it is.
    ///   - settings: the agent's version and the running boot, which bundles name.
    ///   - capturing: what reads the endpoint.
    ///   - link: where bundles are sent.
    ///   - state: where they are kept.
    ///   - effects: the clock, waiting and chance.
    ///   - logger: what is told.
    public init(
        endpoint: EndpointID, settings: AgentSettings, capturing: any EvidenceCapturing,
        link: any EvidenceLink, state: any StateFolder, effects: AgentEffects, logger: Logger
    ) {
        self.endpoint = endpoint
        self.settings = settings
        self.capturing = capturing
        self.link = link
        self.state = state
        self.effects = effects
        self.logger = logger
    }

    /// Sees to the evidence before an installation.
    public func evidence(
        before order: JobOrder, by rule: EvidenceRule
    ) async -> EvidenceAnswer {
        do {
            while !takeTurn() { try await effects.sleep(Self.turnMilliseconds) }
        } catch {
            return .missing("Nothing was started: the agent is told to end.")
        }
        defer { endTurn() }
        let now = effects.now()
        let kept = EvidenceShelf.read(state).entries.filter(isThere).map(\.mark)
        switch rule.standing(
            demand: order.evidence, issuedAt: order.issuedAt, kept: kept, at: now)
        {
        case .notWanted: return .notWanted
        case .atHand(let mark):
            return .atHand(
                mark,
                note: "Evidence was at hand before the installation: \(mark.id), taken at "
                    + "\(mark.takenAt.wholeSeconds).")
        case .missing(let reason):
            let names = EvidenceNames.bounded(order.evidence?.vulnerabilities ?? [])
            do throws(EvidenceFault) {
                let mark = try await capture(
                    newName(at: now), reason, for: names, before: order.job)
                let cause = names.isEmpty ? "" : ", for \(Self.list(names))"
                return .atHand(
                    mark,
                    note: "Evidence was taken before the installation: \(mark.id), at "
                        + "\(mark.takenAt.wholeSeconds)\(cause).")
            } catch {
                return .missing(
                    "Nothing was started: evidence must be taken before, and \(error.clause)")
            }
        }
    }

    /// How many vulnerabilities a sentence names.
    private static let namedInSentence = 3

    private static func list(_ names: [String]) -> String {
        let more = names.count - namedInSentence
        return names.prefix(namedInSentence).joined(separator: ", ")
            + (more > 0 ? " and \(more) more" : "")
    }

    /// Takes a bundle, and returns when it is on the disk. The caller has the turn.
    func capture(
        _ id: EvidenceID, _ reason: EvidenceReason, for names: [String], before job: JobID?
    ) async throws(EvidenceFault) -> EvidenceMark {
        let now = effects.now()
        let sections = await capturing.sections(
            until: now.adding(seconds: EvidenceLimits.captureSeconds))
        let bundle = EvidenceBundle(
            id: id, endpoint: endpoint, takenAt: now, reason: reason, vulnerabilities: names,
            job: job, agentVersion: settings.agentVersion, bootId: settings.bootId,
            sections: sections)
        if let lack = bundle.lack { throw EvidenceFault(clause: "could not be: \(lack)") }
        guard let bytes = AgentJSON.encode(bundle), bytes.count <= EvidenceLimits.bundleBytes
        else { throw EvidenceFault(clause: "is larger than is kept.") }
        let mark = EvidenceMark(id: id, sha256: Digest.sha256Hex(bytes), takenAt: now)
        do throws(StateFolderFailure) {
            try change { $0.makeRoom(at: now) }
            try state.replace(EvidenceShelf.path(of: id), with: bytes)
            try change {
                $0.entries.removeAll { $0.mark.id == id }
                $0.entries.append(.init(mark: mark, bytes: bytes.count, job: job))
            }
        } catch {
            throw EvidenceFault(clause: "could not be kept. \(error.message)")
        }
        memory.withLock { $0.mayHaveNews = true }
        logger.info("Evidence \(id) was taken: \(bytes.count) bytes, SHA-256 \(mark.sha256).")
        return mark
    }

    /// Changes the list on the disk, and removes what is not in it any more.
    func change(
        _ body: (inout EvidenceShelf) -> Void
    ) throws(StateFolderFailure) {
        try disk.withLock { _ throws(StateFolderFailure) in
            var shelf = EvidenceShelf.read(state)
            let before = shelf
            body(&shelf)
            guard shelf != before else { return }
            try shelf.write(state)
            if shelf.entries.count < before.entries.count { try shelf.sweep(state) }
        }
    }

    /// Whether a bundle's file still is what the list says.
    private func isThere(_ entry: EvidenceShelf.Entry) -> Bool {
        (try? state.size(of: EvidenceShelf.path(of: entry.mark.id))) == Int64(entry.bytes)
    }

    /// Whether nobody takes evidence now; then the caller may, and ends its turn.
    func takeTurn() -> Bool {
        memory.withLock { memory in
            if memory.isTaking { return false }
            memory.isTaking = true
            return true
        }
    }

    func endTurn() { memory.withLock { $0.isTaking = false } }

    private func newName(at now: Timestamp) -> EvidenceID {
        var generator = ChanceGenerator(chance: effects.chance)
        return EvidenceID(at: now, using: &generator)
    }
}

/// Why there is no evidence: a clause that goes on a sentence about it.
struct EvidenceFault: Error {
    let clause: String
}

/// Numbers by the agent's own chance.
private struct ChanceGenerator: RandomNumberGenerator {
    let chance: @Sendable () -> Double

    mutating func next() -> UInt64 {
        UInt64(chance() * 0x1p32) << 32 | UInt64(chance() * 0x1p32)
    }
}
