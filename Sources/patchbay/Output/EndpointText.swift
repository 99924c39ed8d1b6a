import Administration
import CommandBasics
import ControlPlane
import Fleet
import Policy
import Rollout
import ServerRecords

/// One endpoint, for people at a terminal.
struct EndpointText {
    let detail: EndpointDetail
    /// What is found on it, the riskiest.
    var found: [FindingItem] = []
    let width: Int?

    var text: String {
        let parts = [heading, updates, changelogs, pauses, forensics, signals, sources, jobs].filter
        { !$0.isEmpty }
        return parts.joined(separator: "\n\n")
    }

    private var heading: String {
        let item = detail.item
        var lines = [
            "\(Table.printable(item.name))  \(item.id)",
            "\(item.verdict.compliance.rawValue): \(item.verdict.sentence)",
            "\(Table.printable(item.osName)), \(item.standing.packages) packages, "
                + "scanned \(item.scannedAt?.wholeSeconds.description ?? "never"), "
                + "seen \(item.lastSeenAt?.wholeSeconds.description ?? "never")",
        ]
        if item.retiredAt != nil { lines.append("Retired.") }
        lines += detail.problems.map { "Warning: \(Table.printable($0))" }
        return lines.joined(separator: "\n")
    }

    private var updates: String {
        guard !detail.decisions.isEmpty else {
            return detail.posture == nil ? "" : "No updates are missing."
        }
        var table = Table(
            .text("UPDATE"), .text("INSTALLED"), .text("MISSING"), .text("CLASS"), .number("RISK"),
            .text("CLOSES"), .text("REASON"))
        for decision in detail.decisions {
            let update = decision.update
            let risk = (detail.risks ?? []).first { $0.isAbout(update) }
            let more = (risk?.vulnerabilities.count ?? 0) - Self.shownClosed
            table.add(
                update.name, update.installed, update.candidate,
                update.classes.first?.rawValue ?? "", risk.map { "\($0.risk)" } ?? "",
                (risk?.vulnerabilities ?? []).prefix(Self.shownClosed).joined(separator: ", ")
                    + (more > 0 ? " +\(more)" : ""),
                decision.sentence)
        }
        return table.text(width: width)
    }

    /// How many vulnerabilities stand in an update's row; JSON has them all.
    private static let shownClosed = 2

    /// Where an accepted risk makes the clocks stand still.
    private var pauses: String {
        let paused = found.filter { $0.pausedUntil != nil }
        if paused.isEmpty { return "" }
        let lines = paused.prefix(Self.shownPauses).map {
            "  \(Table.printable($0.vulnerability)): "
                + Table.printable(DueWords.text($0.dueAt, $0.pausedUntil, $0.pausedBy))
        }
        let rest = paused.count - lines.count
        return (["Clocks that stand still:"] + lines + (rest > 0 ? ["  and \(rest) more"] : []))
            .joined(separator: "\n")
    }

    private static let shownPauses = 20

    /// What must be done before patching.
    private var forensics: String {
        let held = detail.heldBy.map {
            "Traces of an attack were found: isolate it, and do not patch it before it is imaged "
                + "(patchbay evidence show \($0))."
        }
        let demanded = found.filter { $0.forensics != nil }.prefix(Self.shownPauses).map {
            "\(Table.printable($0.vulnerability)): \($0.forensics ?? "")"
        }
        return ([held].compactMap(\.self) + demanded).joined(separator: "\n")
    }

    /// What no feed says, but the packages themselves.
    private var changelogs: String {
        let named = detail.decisions.compactMap { decision -> String? in
            let names = decision.update.changelogVulnerabilities ?? []
            if names.isEmpty { return nil }
            let shown = names.prefix(Self.shownNames).joined(separator: ", ")
            let rest = names.count - Self.shownNames
            return "  \(Table.printable(decision.update.name)): \(Table.printable(shown))"
                + (rest > 0 ? " and \(rest) more" : "")
        }
        if named.isEmpty { return "" }
        return (["Mended by updates, from the packages' own changelogs:"] + named)
            .joined(separator: "\n")
    }

    /// How many vulnerabilities of one update are named.
    private static let shownNames = 12

    private var signals: String {
        guard let posture = detail.posture else { return "" }
        return SignalText(reboot: posture.reboot, restarts: posture.restarts).text
    }

    private var sources: String {
        detail.posture.map { SourceText(sources: $0.sources, width: width).text } ?? ""
    }

    private var jobs: String {
        guard !detail.jobs.isEmpty else { return "" }
        var table = Table(
            .text("JOB"), .text("STATE"), .text("DEPLOYMENT"), .text("WHERE IT STANDS"))
        for summary in detail.jobs {
            table.add(
                summary.job.id.text, summary.job.standing, summary.deploymentTitle,
                summary.job.sentence)
        }
        return table.text(width: width)
    }
}

/// Whether a reboot or restarts are needed, for people at a terminal.
struct SignalText {
    let reboot: RebootState
    let restarts: [RestartNeed]

    var text: String {
        var lines = [reboot.required ? "A reboot is needed:" : "No reboot is needed."]
        lines += reboot.signals.map { "  \(Table.printable($0.detail))" }
        guard !restarts.isEmpty else { return lines.joined(separator: "\n") }
        lines.append("\(restarts.count) processes run replaced files:")
        lines += restarts.prefix(Self.shown).map {
            "  \(Table.printable($0.process))" + ($0.pid == 0 ? "" : " (\($0.pid))")
                + ($0.unit.map { ", \(Table.printable($0))" } ?? "")
                + ($0.files.isEmpty ? ", named by needrestart" : "")
        }
        if restarts.count > Self.shown { lines.append("  and \(restarts.count - Self.shown) more") }
        return lines.joined(separator: "\n")
    }

    /// How many processes are named.
    private static let shown = 10
}

/// How fresh each package source is, for people at a terminal.
struct SourceText {
    let sources: [SourceState]
    let width: Int?

    var text: String {
        var table = Table(.text("SOURCE"), .text("STATE"), .text("REFRESHED"), .text("ERROR"))
        for source in sources {
            table.add(
                source.name, source.state.rawValue,
                source.refreshedAt?.wholeSeconds.description ?? "never", source.error ?? "")
        }
        return table.text(width: width, empty: "No package sources are configured.")
    }
}
