import CommandBasics
import Fleet

/// What a scan showed, for people at a terminal.
struct ScanText {
    let scan: Scan
    let width: Int?

    /// Facts, figures, missing updates, signals, sources.
    var text: String {
        [summary, updates, sources].filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// Facts, figures and signals.
    var summary: String {
        let facts = scan.endpoint
        return """
            \(Table.printable(facts.hostname)): \(Table.printable(facts.os.name)), kernel \
            \(Table.printable(facts.kernel)), scanned \(scan.scannedAt.wholeSeconds)
            \(scan.packages.count) packages, \(missing)
            \(SignalText(reboot: scan.reboot, restarts: scan.restarts).text)
            """
    }

    /// How fresh each package source is.
    var sources: String { SourceText(sources: scan.sources, width: width).text }

    /// How many updates are missing, by class and by what stands in their way.
    private var missing: String {
        guard !scan.updates.isEmpty else { return "no updates missing" }
        let classes = UpdateClass.allCases.compactMap { kind in
            Self.count(scan.updates.count { $0.classes.first == kind }, kind.rawValue)
        }
        let standings = Installability.allCases.compactMap { standing in
            Self.count(scan.updates.count { $0.installability == standing }, standing.rawValue)
        }
        return "\(scan.updates.count) updates missing: \(classes.joined(separator: ", ")) "
            + "(\(standings.joined(separator: ", ")))"
    }

    private static func count(_ count: Int, _ word: String) -> String? {
        count > 0 ? "\(count) \(word)" : nil
    }

    private var updates: String {
        guard !scan.updates.isEmpty else { return "" }
        var table = Table(
            .text("UPDATE"), .text("INSTALLED"), .text("MISSING"), .text("CLASS"), .text("STANDS"),
            .text("ORIGIN"))
        for update in scan.updates {
            table.add(
                update.name, update.installed, update.candidate,
                update.classes.first?.rawValue ?? "", update.installability.rawValue, update.origin)
        }
        return table.text(width: width)
    }
}
