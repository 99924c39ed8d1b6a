import Fleet
import Forensics
package import ServerRecords

extension TriageStep {
    /// How it stands, in few words.
    package var words: String {
        switch state {
        case .done: "done"
        case .dropped: "-"
        case .open, .overdue:
            (state == .overdue ? "late, due " : "due ")
                + (dueAt.map { "\($0.wholeSeconds)" } ?? "at any time")
        }
    }
}

extension TriageDetail {
    /// It as plain text, a line each.
    package var lines: [String] {
        var lines = [
            "\(triage.id)  \(triage.endpointName): \(triage.state.rawValue)", triage.sentence,
        ]
        lines += triage.steps.map { "\($0.name.rawValue): \($0.words)" }
        lines += triage.demands.map { "\($0.vulnerability), since \($0.since.wholeSeconds)" }
        for (what, note) in [("scope", triage.scope), ("verdict", triage.decision)] {
            guard let note else { continue }
            lines.append("\(what) by \(note.by) at \(note.at.wholeSeconds): \(note.text)")
        }
        lines += evidence.map {
            "\($0.id)  taken \($0.takenAt.wholeSeconds), \($0.bytes) bytes, sha256 \($0.sha256)"
        }
        return lines
    }
}

extension EvidenceDetail {
    /// It as plain text, a line each.
    package var lines: [String] {
        var lines = [
            "\(evidence.id)  \(endpointName), taken \(evidence.takenAt.wholeSeconds), "
                + "sha256 \(evidence.sha256)"
        ]
        for section in sections {
            let more = section.isTruncated ? ", cut" : ""
            lines += ["", "\(section.name.rawValue) (\(section.lines.count) lines\(more))"]
            if let failure = section.failure { lines.append("  ! \(failure)") }
            lines += section.lines.map { "  \($0)" }
        }
        return lines
    }
}
