public import AgentProtocol
public import Fleet
public import Forensics
public import Rollout

/// One line of a job's journal: what was decided or seen, and when.
public struct JournalEntry: Hashable, Sendable, Codable {
    /// When, by the endpoint's clock.
    public var at: Timestamp
    /// What.
    public var event: JournalEvent

    /// A line.
    public init(at: Timestamp, _ event: JournalEvent) {
        self.at = at
        self.event = event
    }
}

/// What a job's journal can hold. Each line is on the disk before anything that it announces is
/// done.
public enum JournalEvent: Hashable, Sendable, Codable {
    /// The order came.
    case accepted(JobOrder)
    /// The order was checked against a scan: these lines of it are settled, and these reboot
    /// signals were there before.
    case checked(settled: [UpdateOutcome], signals: [RebootSignal])
    /// Another program holds the package manager's lock.
    case lockWaitBegan(holder: String)
    /// A run is about to start.
    case runPlanned(number: Int, plan: RunPlan, logOffset: Int64)
    /// A run has ended; how many seconds it took, where its start and its end were both seen.
    case runEnded(number: Int, ending: RunEnding, verdict: RunVerdict, seconds: Int64?)
    /// What the probes showed before the first run.
    case probedBefore([ProbeResult])
    /// How updates of the order can be undone, by what was found and kept before their run.
    case keptWaysBack([KnownWayBack])
    /// The policy's conditions for an installation hold: what was found and done, and how the
    /// snapshot is called that was taken.
    case safeguarded(notes: [String], snapshot: String?)
    /// Evidence of the endpoint from before the installation is on its disk.
    case tookEvidence(EvidenceMark, note: String)
    /// These services are about to be restarted: one that does not run when the agent was cut off
    /// meanwhile did not come back.
    case servicesBegun([String])
    /// Services that ran replaced code after the last run: what became of each.
    case sawToServices([ServiceReport])
    /// These lines of the order are settled.
    case settled([UpdateOutcome])
    /// A fresh scan after a run was looked at, and the rest of the order is tried again.
    case triedAgain(reason: String)
    /// The job was called off.
    case cancelled
    /// A line of the journal could not be read: what the job did after it is not known.
    case journalDamaged(line: Int)
    /// An earlier journal of the job could not be read at all and was put aside: what the job did
    /// is not known.
    case journalLost
    /// What was installed needs a reboot of this boot, for these reasons: the job goes on after it.
    case rebootAwaited(bootId: String, signals: [RebootSignal])
    /// The updates' part is over, and the probes are asked.
    case installed
    /// What the probes showed afterwards, at their last look.
    case probed([ProbeResult])
    /// The endpoint has rebooted, or will not: the job is over now, with this result.
    case followedUp(JobResult)
    /// The job is over, with this result, which is reported until the control plane has it.
    case finished(JobResult)
    /// The control plane has the result (or refused it for good, for the reason given). It may be
    /// the one before the reboot.
    case delivered(refusal: String?, isInterim: Bool?)
}

/// How a line of an order can be undone, and which file is about to be installed.
public struct KnownWayBack: Hashable, Sendable, Codable {
    /// The line.
    public var update: LockedUpdate
    /// How; `nil` where it is not known.
    public var wayBack: WayBack?
    /// The SHA-256 of the file that is about to be installed; `nil` where it is not known.
    public var sha256: String?
}

/// A job's journal as it was found on the disk.
public enum JournalReading: Hashable, Sendable {
    /// There is none.
    case absent
    /// It can be read. A last line that was torn by a crash has been left out: nothing had been
    /// done because of it.
    case intact([JournalEntry])
    /// A line in the middle cannot be read; the lines before it can.
    case damaged([JournalEntry], line: Int)
}

/// The format of a journal: JSON, one entry a line.
package enum JournalText {
    /// The largest journal that is read, in bytes: the order, and its plan in a few runs, at 10,000
    /// updates of about 200 bytes.
    static let sizeLimit = 64 * 1024 * 1024

    /// The lines of some entries; `nil` when one cannot be written down.
    static func lines(_ entries: [JournalEntry]) -> [UInt8]? {
        var bytes: [UInt8] = []
        for entry in entries {
            guard let line = AgentJSON.encode(entry) else { return nil }
            bytes += line
            bytes.append(0x0A)
        }
        return bytes
    }

    /// Reads a journal's bytes.
    static func read(_ bytes: [UInt8]) -> JournalReading {
        var entries: [JournalEntry] = []
        for (index, line) in wholeLines(of: bytes[...]).enumerated() {
            guard let entry = AgentJSON.decode(JournalEntry.self, from: line) else {
                return .damaged(entries, line: index + 1)
            }
            entries.append(entry)
        }
        return entries.isEmpty ? .absent : .intact(entries)
    }

    /// The last entry; `nil` when the last line is torn or cannot be read.
    static func last(of bytes: [UInt8]) -> JournalEntry? {
        guard bytes.last == 0x0A, let line = wholeLines(of: bytes[...]).last else { return nil }
        return AgentJSON.decode(JournalEntry.self, from: line)
    }

    /// The lines that have an end, without it. What follows the last end is a line that was being
    /// written when the power went; usually it is empty.
    package static func wholeLines(of bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        var ends: [Int] = []
        bytes.withUnsafeBytes { text in
            var place = 0
            while place < text.count {
                if text[place] == 0x0A { ends.append(bytes.startIndex + place) }
                place += 1
            }
        }
        var start = bytes.startIndex
        return ends.map { end in
            defer { start = end + 1 }
            return bytes[start..<end]
        }
    }
}
