package import Administration
package import Duties
package import Fleet
package import HTMLTree
package import PageParts
import Policy
package import ServerRecords

/// How many openings of a window are listed: a dozen weeks of a weekly one.
private let openingsShown = 12

/// When the windows of a tenant's policies open next: a strip of weeks for each, and the openings.
package func windowsPage(
    _ openings: [WindowOpening], tenant: TenantID?, duties: DutyRoster? = nil,
    editing: DutyEditing = DutyEditing(), refused: Refusal? = nil, chrome: Chrome
) -> HTML {
    let windows = Dictionary(grouping: openings) {
        WindowKey(policy: $0.policy, window: $0.window, zone: $0.zone)
    }.sorted { $0.key < $1.key }
    return policyFrame(
        .windows,
        below:
            "When installing may begin, by the clocks of each window's zone. A window in the endpoint's own zone, or in that of a site without one, is drawn in universal time.",
        tenant: tenant, refused: refused, chrome: chrome
    ) {
        if let tenant {
            a(class: "button", .href(.calendar(tenant))) {
                Icon.download.drawn()
                "Calendar (iCal)"
            }
        }
    } content: {
        tenantFilter(.windows, tenant, chrome)
        if let tenant, let duties {
            dutyPart(duties, of: tenant, editing: editing, chrome: chrome)
        }
        if windows.isEmpty {
            empty(tenant == nil ? "Choose a tenant" : "No window opens") {
                p { "Windows stand in policies; without a policy nothing is installed by itself." }
            }
        } else {
            div(class: "wrap") {
                dataTable(
                    "Windows",
                    [
                        Column("Window"), Column("Policy"), Column("Zone"), Column("Lanes"),
                        Column("Next four weeks"), Column("Next opening"),
                    ],
                    rows: windows.map { windowRow($0.key, $0.value, chrome) })
            }
            for (key, list) in windows {
                details {
                    summary { "The next openings of \(key.window) (\(key.policy), \(key.zone))" }
                    ol(class: "plain openings") {
                        for opening in list.prefix(openingsShown) {
                            li {
                                openTime(opening)
                                span(class: "dim") {
                                    ", \(Words.relative(opening.opens, to: chrome.now))"
                                    opening.dutyClause.map { "; \($0)" } ?? ""
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

private struct WindowKey: Hashable, Comparable {
    let policy: String
    let window: String
    let zone: String

    static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.policy, lhs.window, lhs.zone) < (rhs.policy, rhs.window, rhs.zone)
    }
}

private func windowRow(
    _ key: WindowKey, _ openings: [WindowOpening], _ chrome: Chrome
) -> HTML {
    tr {
        th { key.window }
        td { key.policy }
        td { key.zone }
        td { (openings.first?.lanes ?? []).map(\.rawValue).joined(separator: ", ") }
        td(class: "strip") {
            weekStrip(openings, from: chrome.now)
            weekScale(openings, from: chrome.now)
        }
        td { openings.first.map { opensNext($0, chrome) } }
    }
}

private func opensNext(_ opening: WindowOpening, _ chrome: Chrome) -> HTML {
    let duty = opening.dutyClause.map { words in p(class: "why") { words } }
    // Open, and yet nothing starts in it.
    let isShut = opening.onDuty?.isEmpty == true
    let date = div(class: "dim") { openTime(opening) }
    guard opening.opens <= chrome.now, !isShut else {
        return HTML.pieces {
            chrome.time(opening.opens)
            date
            duty
        }
    }
    return HTML.pieces {
        span(class: "s ok") {
            "open until "
            chrome.time(opening.closes)
        }
        date
        duty
    }
}

// MARK: - Dates by the clocks of a zone

/// An instant by the clocks of a window's zone: universal time where it has none of its own.
struct ZoneTime {
    /// The instant as those clocks show it, as if they were universal time.
    private let shown: Timestamp
    private let offset: String

    /// An instant; `local` is one, the same or another, by the zone's clocks with their offset.
    init(_ instant: Timestamp, as local: String?) {
        let end = local.map { $0.suffix(6) } ?? ""
        let sign = end.first
        guard sign == "+" || sign == "-", let hours = Int64(end.dropFirst().prefix(2)),
            let minutes = Int64(end.suffix(2))
        else {
            (shown, offset) = (instant, "UTC")
            return
        }
        let seconds = hours * 3600 + minutes * 60
        shown = instant.adding(seconds: sign == "-" ? -seconds : seconds)
        offset = String(end)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]

    /// `22 Nov`
    var date: String {
        let text = shown.description
        let month = Int(text.dropFirst(5).prefix(2)).map { Self.months[$0 - 1] } ?? ""
        return "\(Int(text.dropFirst(8).prefix(2)) ?? 0) \(month)"
    }

    /// `Sun 22 Nov 20:00`
    var dateAndTime: String {
        // The first of January 1970 was a Thursday.
        let days = (shown.milliseconds / 86_400_000) % 7
        return "\(Self.weekdays[Int(days)]) \(date) \(time)"
    }

    /// `20:00`
    var time: String { String(shown.description.dropFirst(11).prefix(5)) }

    /// The same, with what the clocks are ahead of universal time.
    var timeWithOffset: String { "\(time) \(offset)" }
}

/// From when to when a window is open, by the clocks of its zone.
private func openTime(_ opening: WindowOpening) -> HTML {
    let opens = ZoneTime(opening.opens, as: opening.localOpens)
    let closes = ZoneTime(opening.closes, as: opening.localCloses)
    let isSameDay = opens.date == closes.date
    let until = (isSameDay ? "" : "\(closes.date) ") + closes.timeWithOffset
    return timeTag(
        .datetime(opening.opens.wholeSeconds),
        .title("\(Words.absolute(opening.opens)) to \(Words.absolute(opening.closes))")
    ) { "\(opens.dateAndTime) to \(until)" }
}

/// How many weeks a strip shows.
private let weeks: Int64 = 4
private let weekSeconds: Int64 = 7 * 86_400

/// The dates below a strip: one for each week's beginning, by the clocks of the window's zone.
func weekScale(_ openings: [WindowOpening], from now: Timestamp) -> HTML {
    div(class: "scale") {
        for week in 0..<weeks {
            let begins = now.adding(seconds: week * weekSeconds)
            let nearest = openings.last { $0.opens <= begins } ?? openings.first
            timeTag(.datetime(begins.wholeSeconds), .title(Words.absolute(begins))) {
                ZoneTime(begins, as: nearest?.localOpens).date
            }
        }
    }
}

/// Four weeks as a line, with each opening as a bar on it, drawn by the server.
func weekStrip(_ openings: [WindowOpening], from now: Timestamp) -> HTML {
    let whole = weeks * weekSeconds
    var pieces: [HTML] = [
        rect(class: "f-idle", .x("0"), .y("5"), .width("1000"), .height("2"))
    ]
    for week in 1..<weeks {
        pieces.append(
            rect(
                class: "f-idle", .x(String(week * 1000 / weeks)), .y("2"), .width("1"),
                .height("8")))
    }
    let drawn = openings.filter { $0.opens.seconds(since: now) < whole }
    for opening in drawn {
        let start = max(0, opening.opens.seconds(since: now))
        let end = min(whole, max(opening.closes.seconds(since: now), start))
        let width = max(6, (end - start) * 1000 / whole)
        pieces.append(
            rect(
                class: "f-run", .x(String(min(start * 1000 / whole, 994))), .y("0"),
                .width(String(width)), .height("12")))
    }
    let words =
        drawn.isEmpty
        ? "No opening in four weeks"
        : "Opens \(drawn.prefix(4).map { Words.absolute($0.opens) }.joined(separator: ", "))"
    return .element(
        svg,
        [
            Attribute("class", "bar"), .viewBox("0 0 1000 12"), .preserveAspectRatio("none"),
            .role("img"), .ariaLabel(words),
        ], [title { words }] + pieces)
}
