import ArgumentParser
import Bundles
import CommandBasics
import Fleet
import HTTPAPI
import Policy
import ServerRecords

extension BundleCommand {
    /// Where a bundle goes.
    struct Target: ParsableArguments {
        @Option(help: "The policy by whose windows, aftercare and probes it goes.")
        var policy: String
        @Option(help: "Only this ring of the policy.") var ring: String?
        @Option(help: "Only this group's endpoints.") var group: String?
        @Option(help: "The policy's lane: routine, priority or emergency.") var lane: String?
        @Option(help: "Seconds that it may take; 90 days unless given.") var deadline: Int64?
        @Flag(help: "Go on although a part of it cannot be undone.") var noWayBack = false

        func validate() throws {
            if let lane, Lane(rawValue: lane) == nil {
                throw ValidationError("“\(lane)” is none of routine, priority, emergency.")
            }
        }

        var draft: PromotionDraft {
            PromotionDraft(
                policy: policy, lane: lane.flatMap { Lane(rawValue: $0) }, ring: ring, group: group,
                deadlineSeconds: deadline, acceptsNoWayBack: noWayBack ? true : nil)
        }
    }

    /// `patchbay bundle preview`
    struct Preview: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "preview", abstract: "Show what bringing a bundle somewhere would do.",
            discussion: "Example: patchbay bundle preview browsers --policy laptops --ring canary")
        @OptionGroup var options: Options
        @OptionGroup var target: Target
        @OptionGroup var output: FormatOption

        func run() async throws {
            let draft = target.draft
            let preview: PromotionPreview = try await options.withBundle {
                try await $0.post("\($1)/promotion-previews", draft)
            }
            try output.show(preview) { preview in
                var lines = [
                    "\(preview.endpoints.counted("endpoint")): "
                        + preview.named.joined(separator: ", "),
                    preview.updates.joined(separator: ", "),
                    "Closes \(preview.vulnerabilities) of the bundle's vulnerabilities there; "
                        + "\(preview.mayReboot.counted("endpoint")) may need a reboot.",
                    preview.wayBack,
                ]
                if preview.leftOut > 0 {
                    lines.append("Left out: \(preview.leftOut). \(preview.reason ?? "")")
                }
                return lines.joined(separator: "\n")
            }
        }
    }

    /// `patchbay bundle promote`
    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "promote", abstract: "Bring an approved bundle to a ring or a group.",
            discussion: """
                Example: patchbay bundle promote browsers --policy laptops --ring canary

                It makes a deployment of exactly the bundle's versions. Without a ring and a group it \
                goes through all rings of the policy, one after the other.
                """)
        @OptionGroup var options: Options
        @OptionGroup var target: Target
        @OptionGroup var output: FormatOption

        func run() async throws {
            let draft = target.draft
            let bundle: PatchBundle = try await options.withBundle {
                try await $0.post("\($1)/promotions", draft)
            }
            try output.show(bundle) { bundle in
                let step = bundle.promotions.last.map {
                    "\n\($0.endpoints.counted("endpoint")), \($0.place): \($0.deployment)"
                }
                return BundleText.line(bundle) + (step ?? "")
            }
        }
    }

    /// `patchbay bundle report`
    struct Report: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "report", abstract: "Show who has a bundle.",
            discussion: """
                Example: patchbay bundle report browsers@2 --format csv

                By the endpoints' latest scans: who has all of it, a part or none, and what became of \
                the orders. What needs a look comes first.
                """)
        @OptionGroup var options: Options
        @Option(help: "How many endpoints are listed.") var limit = BundleReport.usualRows
        @OptionGroup var output: ListFormatOption

        func run() async throws {
            if output.format == .csv {
                let bundle: BundleDetail = try await options.withBundle { try await $0.get($1) }
                return try await options.server.writeExport(
                    of: "bundles/\(bundle.bundle.id)", query: [])
            }
            let report: BundleReport = try await options.withBundle {
                try await $0.get("\($1)/report", query: [("limit", "\(limit)")])
            }
            try output.show(report) { report in
                var table = Table(
                    .text("ENDPOINT"), .text("HAS"), .text("PACKAGES"), .text("ORDER"),
                    .text("DEPLOYMENT"))
                for row in report.rows {
                    table.add(
                        row.name, row.holding.rawValue, "\(row.has) of \(row.of)",
                        row.outcome.rawValue, row.deployment?.text ?? "-")
                }
                return [
                    BundleText.line(report.bundle), report.sentence,
                    table.text(width: Terminal.width, empty: "It concerns no endpoint."),
                ].joined(separator: "\n")
            }
        }
    }
}

/// Bundles for people.
enum BundleText {
    /// How it stands, in a word or two.
    static func state(_ bundle: PatchBundle) -> String {
        if bundle.rolledBackAt != nil { return "rolled back" }
        return bundle.pausedAt == nil ? bundle.state.rawValue : "paused"
    }

    /// One line about it.
    static func line(_ bundle: PatchBundle) -> String {
        "\(bundle.title)  \(state(bundle))  \(bundle.content.lines.counted("version"))  \(bundle.id)"
    }

    /// Its lines.
    static func lines(_ lines: [BundleLine]) -> String {
        var table = Table(
            .text("PACKAGE"), .text("VERSION"), .text("CLASS"), .text("SEVERITY"), .text("KEV"),
            .number("CLOSES"), .text("ORIGIN"))
        for line in lines {
            table.add(
                line.package, line.version, line.classes.map(\.rawValue).joined(separator: " "),
                line.severity.rawValue, line.knownExploited ? "yes" : "-",
                "\(line.vulnerabilities.count)", line.origin)
        }
        return table.text(width: Terminal.width)
    }
}
