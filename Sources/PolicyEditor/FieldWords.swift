import Policy
import PolicyForm

/// The words beside the fields: one table, for labels and for the list of what is wrong.
enum FieldWords {
    /// The label of a field, by its name without the numbers of rows.
    static let labels: [String: String] = [
        "name": "Name, for files and other policies", "title": "Title, for people",
        "applies": "Applies to endpoints where", "inherits": "Inherits",
        "routine-windows": "Routine: windows", "routine-rings": "Routine: rings",
        "priority-windows": "Priority: windows", "priority-rings": "Priority: rings",
        "emergency-windows": "Emergency: windows", "emergency-rings": "Emergency: rings",
        "rules": "Rules", "rules.when": "When an update is", "rules.version": "And its version",
        "rules.approve": "Then",
        "rules.days": "Days since the fix is out", "rules.reason": "Why it is held",
        "rules.lane": "Lane", "rules.approvers": "People who must agree",
        "default": "Everything else", "default.approve": "Then",
        "default.days": "Days since the fix is out", "default.reason": "Why it is held",
        "default.lane": "Lane", "default.approvers": "People who must agree",
        "windows": "Windows", "windows.name": "Name", "windows.every": "Opens",
        "windows.weekdays": "Weekdays", "windows.ordinal": "Which", "windows.weekday": "Weekday",
        "windows.plus": "Days after it", "windows.monthDay": "Day of the month",
        "windows.date": "Date",
        "windows.releaseDays": "Days after the release", "windows.from": "At", "windows.for": "For",
        "windows.zone": "Zone",
        "windows.allows": "What may happen in it", "windows.staffed": "Needs somebody on duty",
        "freezes": "Freezes", "freezes.from": "First day", "freezes.to": "Last day",
        "freezes.reason": "Reason", "freezes.zone": "Zone of its dates",
        "catchUp": "An endpoint that missed its window", "rings": "Lists of rings",
        "rings.name": "Name of the list", "rings.rings": "Rings", "rings.rings.name": "Name",
        "rings.rings.members": "Members", "rings.rings.soak": "Soaks for",
        "rings.rings.verified": "Gate: verified", "rings.rings.healthy": "Gate: healthy",
        "rings.rings.minimum": "Gate: at least", "rings.rings.budget": "At work at once",
        "rings.rings.per": "Counted per", "reboot-mode": "Reboots",
        "reboot-deadline": "At the latest after", "reboot-deferrals": "Times put off",
        "reboot-warning": "Warning before",
        "services-restart": "Services that run replaced code",
        "services-never": "Never restarted", "services-within": "Running again within",
        "bandwidth": "Downloads at most", "before-snapshot": "Snapshot before",
        "before-backupAge": "Backup not older than", "before-passed": "Verified first in the ring",
        "before-passedFor": "Verified there for", "before-stack": "Same packages",
        "before-power": "Power", "before-people": "People at it", "before-network": "Connection",
        "before-load": "Load at most", "before-freeDisk": "Free on its disks",
        "before-evidence": "Evidence before",
        "probes": "Probes after",
        "probes.kind": "Probe", "probes.value": "Of what", "probes.text": "Entries with",
        "probes.atMost": "At most", "probes.times": "Times before, or slower by",
        "probes.over": "Watched for", "after-within": "Healthy within",
        "sla": "Deadlines", "longestException": "Accepted for at most",
        "exceptions": "Accepted risks", "exceptions.name": "Name",
        "exceptions.package": "Package", "exceptions.version": "Versions",
        "exceptions.cves": "CVE numbers",
        "exceptions.endpoints": "Only endpoints where", "exceptions.owner": "Owner",
        "exceptions.reason": "Why it is not fixed",
        "exceptions.control": "What protects meanwhile", "exceptions.approver": "Agreed by",
        "exceptions.from": "First day", "exceptions.until": "Last day", "lanes": "Lanes",
    ]

    /// What one row of a table is called.
    static let rows: [String: String] = [
        "rules": "Rule", "windows": "Window", "freezes": "Freeze", "rings": "List",
        "rings.rings": "Ring", "probes": "Probe", "exceptions": "Accepted risk",
    ]

    /// A field's name without the numbers of rows: `rules.when` of `rules.0.when`.
    static func key(_ path: String) -> String {
        path.split(separator: ".").filter { Int($0) == nil }.joined(separator: ".")
    }

    /// The label of a field.
    static func label(_ path: String) -> String { labels[key(path)] ?? path }

    /// A word with a capital.
    static func capitalized(_ word: String) -> String {
        word.prefix(1).uppercased() + word.dropFirst()
    }

    /// Where a field stands, in words: `Rule 2, “When an update is”`.
    static func place(_ path: String) -> String {
        var words: [String] = []
        var table = ""
        for part in path.split(separator: ".").map(String.init) {
            if let number = Int(part) {
                if let row = rows[table] { words.append("\(row) \(number + 1)") }
            } else {
                table += table.isEmpty ? part : ".\(part)"
            }
        }
        if path.hasPrefix("default.") { words.append("Everything else") }
        let isRow = Int(path.split(separator: ".").last ?? "") != nil
        if !isRow { words.append(words.isEmpty ? label(path) : "“\(label(path))”") }
        return words.joined(separator: ", ")
    }

    static let says: [(value: String, words: String)] = PolicySheet.Say.allCases.map { say in
        let words =
            switch say {
            case .atOnce: "Approved at once"
            case .afterDays: "Approved after some days"
            case .byVerdict: "Approved by a verdict of ok, or after some days"
            case .byHand: "A person approves it"
            case .prepareOnly: "Prepared, a person releases it"
            case .declined: "Declined"
            case .hold: "Held for now"
            }
        return (say.rawValue, words)
    }

    static let everys: [(value: String, words: String)] = PolicySheet.Every.allCases.map { every in
        let words =
            switch every {
            case .day: "Every day"
            case .weekdays: "On days of the week"
            case .nth: "On a weekday of the month"
            case .monthDay: "On a day of the month"
            case .lastDay: "On the last day of the month"
            case .date: "Once, on a date"
            case .release: "Days after the release"
            }
        return (every.rawValue, words)
    }
}
