import Administration
import Fleet
import Foundation
import Policy

/// What is planned in one opening of a window.
struct PlannedOpening: Hashable, Sendable {
    /// The window.
    var window: String
    /// When it opens and closes.
    var opensAt: Timestamp
    var closesAt: Timestamp
    /// The installations.
    var installs: [PlannedFleet.Install]

    /// Names it for good: its window and its instant.
    var name: String { Self.name(window, opensAt) }

    /// The name of a window's opening.
    static func name(_ window: String, _ opensAt: Timestamp) -> String {
        "\(window)/\(opensAt.wholeSeconds)"
    }

    /// The openings in which something is planned, by opening. What no window limits belongs to
    /// none.
    static func all(in plan: PlannedFleet) -> [PlannedOpening] {
        var openings: [String: PlannedOpening] = [:]
        for install in plan.installs {
            guard let window = install.window, let opensAt = install.opensAt,
                let closesAt = install.closesAt
            else { continue }
            let empty = PlannedOpening(
                window: window, opensAt: opensAt, closesAt: closesAt, installs: [])
            var opening = openings[empty.name] ?? empty
            opening.installs.append(install)
            opening.closesAt = max(opening.closesAt, closesAt)
            openings[empty.name] = opening
        }
        return openings.values.sorted { ($0.opensAt, $0.window) < ($1.opensAt, $1.window) }
    }
}

/// A notice: plain text, with the same in parts for programs.
struct NoticeText: Codable {
    /// The notice's identifier: a receiver that has it already has been told.
    var id: String
    /// What it is.
    var kind = "maintenanceNotice"
    var tenant: String
    var window: String
    var opensAt: Timestamp
    var closesAt: Timestamp
    var endpoints: Int
    var updates: Int
    var securityUpdates: Int
    /// How many endpoints reboot in the window, and of how many only the installation shows it.
    var rebooting: Int
    var mayReboot: Int
    /// All of it for people; many receivers show this member and nothing else.
    var text: String

    /// How many endpoints and packages the text names before it counts the others.
    private static let named = 10

    /// The notice of an opening, by what is planned at an instant.
    init(
        _ opening: PlannedOpening, id: NoticeID, tenant: String, plannedAt now: Timestamp
    ) {
        self.id = id.text
        self.tenant = tenant
        window = opening.window
        opensAt = opening.opensAt
        closesAt = opening.closesAt
        let byEndpoint = Dictionary(grouping: opening.installs, by: \.endpoint)
        endpoints = byEndpoint.count
        updates = opening.installs.count
        securityUpdates = opening.installs.count { $0.update.classes.contains(.security) }
        func has(_ reboots: Set<PlannedReboot>) -> Set<String> {
            Set(opening.installs.filter { reboots.contains($0.reboot) }.map(\.endpoint))
        }
        let certain = has([.inWindow, .prompt])
        rebooting = certain.count
        mayReboot = has([.unknown]).subtracting(certain).count
        let names = Set(opening.installs.map(\.endpointName)).sorted()
        let packages = Set(opening.installs.map(\.update.name)).sorted()
        let lines = [
            "Maintenance of \(tenant): the window \(window) opens \(Self.minute(opensAt)) and "
                + "closes \(Self.minute(closesAt)).",
            "Planned: \(Self.count(updates, "update")) (\(securityUpdates) of security) on "
                + "\(Self.count(endpoints, "endpoint")): \(Self.listed(names)).",
            "Packages: \(Self.listed(packages)).",
            "Reboots: \(Self.count(rebooting, "endpoint")) by the plan"
                + (mayReboot == 0
                    ? "." : "; of \(mayReboot) more only the installation shows whether."),
            "As planned at \(Self.minute(now)); what is approved or stopped until then changes it.",
        ]
        text = lines.joined(separator: "\n")
    }

    private static func count(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(named).joined(separator: ", ")
        return names.count > named ? "\(shown) and \(names.count - named) more" : shown
    }

    /// `2026-11-28 22:00 UTC`
    private static func minute(_ instant: Timestamp) -> String {
        let parts = instant.description.split(separator: "T", maxSplits: 1)
        return parts.count == 2 ? "\(parts[0]) \(parts[1].prefix(5)) UTC" : instant.description
    }

    /// What is sent: JSON with sorted keys.
    func body() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The text in what was sent.
    static func text(inBody body: String) -> String {
        (try? JSONDecoder().decode(NoticeText.self, from: Data(body.utf8)))?.text ?? ""
    }
}
