package import Fleet

/// How numbers, sizes and times are said.
package enum Words {
    /// A count with its digits in groups: `12,345`.
    package static func count(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// A count and its noun: `1 endpoint`, `12 endpoints`.
    package static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(count(number)) \(number == 1 ? one : many ?? one + "s")"
    }

    /// A part of a whole in percent: with one decimal, and never rounded up to all nor down to
    /// none.
    package static func percent(_ part: Int, of whole: Int) -> String {
        guard whole > 0 else { return "0%" }
        if part == whole { return "100%" }
        var tenths = (part * 2000 + whole) / (whole * 2)
        if tenths >= 1000 { tenths = 999 }
        if tenths == 0, part > 0 { tenths = 1 }
        return tenths.isMultiple(of: 10) ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }

    /// An operating system's name as lists show it: `Debian GNU/Linux 12 (bookworm)` is Debian 12.
    package static func system(_ name: String) -> String {
        let short = name.replacing(" GNU/Linux", with: "")
        guard short.hasSuffix(")"), let bracket = short.lastIndex(of: "("),
            bracket > short.startIndex
        else {
            return short
        }
        return String(short[..<short.index(before: bracket)])
    }

    /// A size: `512 B`, `1.4 MB` (1 MB is a million bytes).
    package static func size(_ bytes: Int64) -> String {
        var unit: Int64 = 1
        for name in ["B", "kB", "MB", "GB", "TB"] {
            if bytes < unit * 1000 || name == "TB" {
                if unit == 1 { return "\(bytes) B" }
                let tenths = (bytes * 10 + unit / 2) / unit
                return tenths < 100
                    ? "\(tenths / 10).\(tenths % 10) \(name)" : "\((tenths + 5) / 10) \(name)"
            }
            unit *= 1000
        }
        return "\(bytes) B"
    }

    /// A length of time in its largest unit: `45 s`, `3 min`, `5 h`, `12 d`.
    package static func duration(_ seconds: Int64) -> String {
        switch seconds {
        case ..<60: "\(max(seconds, 0)) s"
        case ..<3600: "\(seconds / 60) min"
        case ..<(48 * 3600): "\(seconds / 3600) h"
        default: "\(seconds / 86_400) d"
        }
    }

    /// A time as seen from now: `just now`, `3 h ago`, `in 5 min`; after 60 days the date.
    package static func relative(_ time: Timestamp, to now: Timestamp) -> String {
        let passed = now.seconds(since: time)
        if abs(passed) < 45 { return "just now" }
        if abs(passed) > 60 * 86_400 { return String(time.description.prefix(10)) }
        // What lies ahead is rounded to the nearest: a deadline of 7 days is 7 days away when the
        // page comes a second later.
        return passed > 0 ? "\(duration(passed)) ago" : "in \(nearest(-passed))"
    }

    private static func nearest(_ seconds: Int64) -> String {
        switch seconds {
        case ..<60: duration(seconds)
        case ..<3600: duration(seconds + 30)
        case ..<(48 * 3600): duration(seconds + 1800)
        default: duration(seconds + 43_200)
        }
    }

    /// A time in full: `2026-11-21 18:00:00 UTC`.
    package static func absolute(_ time: Timestamp) -> String {
        let text = time.wholeSeconds.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}
