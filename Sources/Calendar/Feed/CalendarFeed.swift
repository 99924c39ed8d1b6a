public import Fleet

/// One entry of a calendar feed.
public struct CalendarEntry: Hashable, Sendable {
    /// When it begins.
    public var opens: Timestamp
    /// When it ends.
    public var closes: Timestamp
    /// What people see.
    public var title: String
    /// More of it; may be empty.
    public var details: String
    /// Whether it is at the same hour by everybody's own clock, and not at one instant: its times
    /// are written as by the clocks of universal time.
    public var isFloating = false
    /// Names the entry for good: the same opening has the same one in every feed.
    public var uid: String

    /// An entry of its own making.
    public init(
        opens: Timestamp, closes: Timestamp, title: String, details: String, uid: String,
        isFloating: Bool = false
    ) {
        self.isFloating = isFloating
        self.opens = opens
        self.closes = closes
        self.title = title
        self.details = details
        self.uid = uid
    }

    /// An entry for an opening.
    ///
    /// `scope` is what the window belongs to, such as the tenant's and the policy's name. Scope,
    /// window and date together name the entry, so that it stays the same one when its hours
    /// change.
    public init(_ occurrence: Occurrence, title: String, details: String = "", scope: String) {
        self.init(
            opens: occurrence.opens, closes: occurrence.closes, title: title, details: details,
            uid: "\(occurrence.localDate)/\(occurrence.window)/\(scope)@patchbay")
    }
}

/// A calendar feed that calendar programs subscribe to (iCalendar, RFC 5545).
public enum CalendarFeed {
    /// The most octets of a line, its end not counted (RFC 5545 section 3.1).
    static let lineOctets = 75

    /// The feed's text, lines ended by CR LF.
    ///
    /// Subscribers see `name` as the calendar's name; `stamp` is when the entries were made, as
    /// each of them must say.
    public static func text(_ entries: [CalendarEntry], name: String, stamp: Timestamp) -> String {
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Patchbay//Maintenance windows//EN",
            "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "X-WR-CALNAME:\(escaped(name))",
        ]
        for entry in entries {
            lines += [
                "BEGIN:VEVENT", "UID:\(escaped(entry.uid))", "DTSTAMP:\(utc(stamp))",
                "DTSTART:\(time(entry.opens, entry))", "DTEND:\(time(entry.closes, entry))",
                "SUMMARY:\(escaped(entry.title))",
            ]
            if !entry.details.isEmpty { lines.append("DESCRIPTION:\(escaped(entry.details))") }
            lines += ["TRANSP:TRANSPARENT", "END:VEVENT"]
        }
        lines.append("END:VCALENDAR")
        return lines.map { folded($0) + "\r\n" }.joined()
    }

    /// A time of an entry: `20261221T223000` where it floats (section 3.3.5, form 1), else in
    /// universal time.
    private static func time(_ instant: Timestamp, _ entry: CalendarEntry) -> String {
        entry.isFloating ? String(utc(instant).dropLast()) : utc(instant)
    }

    /// `20261221T223000Z` (section 3.3.5, form 2); parts of a second are dropped.
    private static func utc(_ instant: Timestamp) -> String {
        String(instant.wholeSeconds.description.filter { $0 != "-" && $0 != ":" })
    }

    /// A value of type TEXT (section 3.3.11). Control characters have no place in one.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",": escaped.unicodeScalars += ["\\", scalar]
            case "\n": escaped += "\\n"
            case "\t": escaped += " "
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: continue
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// A line cut into pieces of at most 75 octets, never inside a character; all but the first
    /// begin with a blank (section 3.1).
    private static func folded(_ line: String) -> String {
        var folded = ""
        var octets = 0
        for scalar in line.unicodeScalars {
            let width = UTF8.width(scalar)
            if octets + width > lineOctets {
                folded += "\r\n "
                octets = 1
            }
            folded.unicodeScalars.append(scalar)
            octets += width
        }
        return folded
    }
}
