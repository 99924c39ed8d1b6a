package import ArgumentParser
import Calendar
import CommandBasics
import Fleet
import Foundation
import Policy

/// `patchbay policy calendar`
package struct PolicyCalendarCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "List the next openings of the windows of policies.",
        discussion: """
            Example: patchbay policy calendar servers.yaml --zone Europe/Berlin --count 12

            Openings at or after --from are listed in their order, those that overlap apart. Times \
            carry the offset of the window's own zone at that instant; --zone says which zone \
            “endpoint” and “site” stand for. Windows that count from a release open once for each \
            update: --released lists them for a fix that came out then.
            """)

    /// How many openings are listed unless it is said: about a quarter of weekly windows.
    static let usualCount = 12

    @OptionGroup var files: PolicyFiles

    @Option(
        help: ArgumentHelp(
            "The zone of endpoints and sites; this machine's unless given.", valueName: "zone"))
    var zone: String?

    @Option(
        help: ArgumentHelp(
            "The instant to begin at (RFC 3339); now unless given.", valueName: "time"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "When a fix came out (RFC 3339), for windows that count from that.",
            valueName: "time"))
    var released: String?

    @Option(help: "How many openings to list.")
    var count = usualCount

    @Flag(help: "Write a calendar that calendar programs read (iCalendar, RFC 5545).")
    var ical = false

    @OptionGroup var output: FormatOption

    package init() {}

    package func validate() throws {
        guard (1...WindowCalendar.maximumListed).contains(count) else {
            throw ValidationError("--count is 1 to \(WindowCalendar.maximumListed).")
        }
        if let from, Timestamp(from) == nil {
            throw ValidationError("--from is no RFC 3339 time, such as 2026-11-21T18:00:00Z.")
        }
        if let released, Timestamp(released) == nil {
            throw ValidationError(
                "--released is no RFC 3339 time, such as 2026-11-21T18:00:00Z.")
        }
    }

    package func run() throws {
        let now = SystemEffects.now()
        let start = from.flatMap { Timestamp($0) } ?? now
        let read = try files.readUsable(at: start)
        let local = try zone.map { try PolicyZones.rules(named: $0) } ?? PolicyZones.local
        let zones = try PolicyZones.zones(for: read.policies, endpoint: local)
        let listing = try PolicyListing(
            read, zones: zones, from: start, count: count,
            released: released.flatMap { Timestamp($0) })
        if released == nil, !listing.counting.isEmpty, !ical {
            Terminal.writeError(
                "patchbay: not listed, since they open once for each update, counted from its "
                    + "release (--released): \(listing.counting.joined(separator: ", ")).")
        }
        if !listing.staffed.isEmpty, !ical {
            Terminal.writeError(
                "patchbay: nothing starts in these unless somebody is on duty: "
                    + "\(listing.staffed.joined(separator: ", ")).")
        }
        if ical {
            // Its lines end in CR LF, to which nothing may be added.
            try? FileHandle.standardOutput.write(
                contentsOf: Data(listing.feed(stamp: now).utf8))
            return
        }
        try output.show(listing.answer) { answer in
            var table = Table(.text("OPENS"), .text("CLOSES"), .text("WINDOW"), .text("POLICY"))
            for window in answer.windows {
                table.add(window.opens, window.closes, window.rule, window.policy)
            }
            return table.text(width: Terminal.width, empty: "No window opens.")
        }
    }
}

/// The openings of the windows of some policies.
struct PolicyListing {
    /// What the command shows.
    struct Answer: Encodable {
        let windows: [Opening]
    }

    /// One opening; its times with the offset of the window's zone.
    struct Opening: Encodable {
        let opens: String
        let closes: String
        let policy: String
        /// The window's name.
        let rule: String
        /// The zone that its times are written in.
        let zone: String
        /// Whether nothing starts in it unless somebody is on duty.
        let staffed: Bool
    }

    private struct Entry {
        let occurrence: Occurrence
        let policy: PatchPolicy
        let window: MaintenanceWindow
    }

    private let entries: [Entry]
    private let zones: Zones
    /// The windows that count from a release, each with its policy.
    let counting: [String]
    /// The windows that need somebody on duty, each with its policy.
    let staffed: [String]

    init(
        _ read: PolicyFiles.Reading, zones: Zones, from start: Timestamp, count: Int,
        released: Timestamp? = nil
    ) throws {
        self.zones = zones
        var entries: [Entry] = []
        var staffed: [String] = []
        var counting: [String] = []
        for placed in read.placed {
            let policy = placed.policy
            let effective = EffectivePolicy(of: placed, inheritingFrom: read.placed)
            let windows = Self.windows(of: policy, effective)
            counting += windows.filter(\.countsFromRelease).map {
                "\($0.name) of \(policy.name) (\($0.recurrence))"
            }
            staffed += windows.filter(\.isStaffed).map { "\($0.name) of \(policy.name)" }
            let calendar = try WindowCalendar(
                windows, freezes: effective.freezes.map(\.value), zones: zones, release: released)
            for occurrence in calendar.occurrences(from: start, count: count) {
                guard let window = windows.first(where: { $0.name == occurrence.window }) else {
                    continue
                }
                entries.append(Entry(occurrence: occurrence, policy: policy, window: window))
            }
        }
        entries.sort {
            ($0.occurrence, $0.policy.name) < ($1.occurrence, $1.policy.name)
        }
        self.entries = Array(entries.prefix(count))
        self.counting = counting
        self.staffed = staffed
    }

    /// The policy's own windows, and the inherited ones that its lanes lead through.
    private static func windows(
        of policy: PatchPolicy, _ effective: EffectivePolicy
    ) -> [MaintenanceWindow] {
        let inherited = Lane.allCases.flatMap { effective.windows(of: $0) }
        var names = Set(policy.windows.map(\.name))
        return policy.windows + inherited.filter { names.insert($0.name).inserted }
    }

    /// The openings for programs.
    var answer: Answer {
        Answer(
            windows: entries.compactMap { entry in
                guard let rules = try? zones.rules(for: entry.window.zone) else { return nil }
                return Opening(
                    opens: rules.text(entry.occurrence.opens),
                    closes: rules.text(entry.occurrence.closes), policy: entry.policy.name.text,
                    rule: entry.window.name, zone: rules.name,
                    staffed: entry.window.isStaffed)
            })
    }

    /// The openings for calendar programs.
    func feed(stamp: Timestamp) -> String {
        let names = Set(entries.map(\.policy.displayName)).sorted()
        return CalendarFeed.text(
            entries.map {
                CalendarEntry(
                    $0.occurrence, title: "\($0.policy.displayName): \($0.window.name)",
                    scope: $0.policy.name.text)
            },
            name: names.count == 1 ? names[0] : "Maintenance windows", stamp: stamp)
    }
}
