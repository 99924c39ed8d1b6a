public import Advisories
import AdvisoryFormats
public import ArgumentParser
import CommandBasics
import Feeds
import Fleet
import Foundation

extension Exposure: ExpressibleByArgument {}
extension Criticality: ExpressibleByArgument {}

/// `patchbay match`
package struct MatchCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "List the vulnerabilities of an inventory, riskiest first.",
        discussion: """
            Example: patchbay scan --format json > web-1.json
                     patchbay match --inventory web-1.json --feed feeds/

            Feeds are files in any format that “patchbay feeds inspect” knows, folders of them, or \
            archives; only those that speak of the inventory's release count. The status is 0 \
            whether something is found or not, unless --fail-on says otherwise.
            """)

    @Option(help: ArgumentHelp("The inventory, as “patchbay scan” writes it.", valueName: "file"))
    var inventory: String

    @Option(help: ArgumentHelp("A feed; may be given several times.", valueName: "path"))
    var feed: [String] = []

    @Option(help: "From where the endpoint can be reached.")
    var exposure = Exposure.internalNetwork

    @Option(help: "What the endpoint's loss would mean.")
    var criticality = Criticality.medium

    @Option(
        help: ArgumentHelp(
            "The instant at which end of support is judged (RFC 3339); now unless given.",
            valueName: "time"))
    var at: String?

    @Option(
        help: """
            End with status 1 when something is found that is: any, fixAvailable, knownExploited, or \
            at least of the severity low, moderate, important, critical.
            """)
    var failOn: FailOn?

    @OptionGroup var output: FormatOption

    package init() {}

    package func validate() throws {
        if feed.isEmpty { throw ValidationError("Give at least one --feed.") }
        if let at, Timestamp(at) == nil {
            throw ValidationError("--at is no RFC 3339 time, such as 2026-11-21T18:00:00Z.")
        }
    }

    package func run() throws {
        let (endpoint, foreign) = try MatchInventory.read(file: inventory)
        var names: Set<String> = []
        let system = OperatingSystemRow.row(of: endpoint.os)
        for row in endpoint.rows + [system].compactMap(\.self) { names.formUnion(row.indexNames) }
        var builder = AdvisoryIndexBuilder(onlyFor: names)
        let feeds = try Self.load(feed) { builder.add($0) }
        let index = builder.build()
        let answer = MatchAnswer(
            report: Matcher(index).report(
                on: endpoint, context: EndpointContext(exposure: exposure, criticality: criticality)
            ),
            endpoint: endpoint, foreign: foreign, index: index,
            unmatchedProducts: system == nil ? 0 : index.unmatchedProducts,
            now: at.flatMap { Timestamp($0) } ?? SystemEffects.now())
        show(answer)
        for line in Self.warnings(feeds) + answer.warnings {
            Terminal.writeError("patchbay: \(line)")
        }
        if let failOn, answer.report.findings.contains(where: failOn.counts) {
            throw ExitCode(Failure.Status.no.rawValue)
        }
    }

    /// Reads the feeds, and hands their records out.
    private static func load(
        _ paths: [String], _ take: (FeedRecord) -> Void
    ) throws -> FeedReport {
        do {
            return try FeedLoader().load(paths, into: take)
        } catch let error as FeedError {
            throw Failure(
                error.code == .unreadable ? .couldNot : .wrongUse, error.message,
                nextStep: error.nextStep, code: "E_FEED")
        }
    }

    /// What could not be read is said, and stops nothing.
    private static func warnings(_ feeds: FeedReport) -> [String] {
        guard feeds.rejectedCount > 0 else { return [] }
        let shown = feeds.rejected.prefix(shownRejections).map {
            "  \(Table.printable($0.record)): \(Table.printable($0.reason))"
        }
        let title = "\(feeds.rejectedCount.counted("record")) of the feeds could not be read"
        return [([title] + shown).joined(separator: "\n")]
    }

    /// Enough to see what is wrong; “patchbay feeds inspect” lists more.
    private static let shownRejections = 5

    private func show(_ answer: MatchAnswer) {
        switch output.format ?? (Terminal.isInteractive ? .table : .json) {
        // When nobody reads any more (“| head”) there is nobody to be told.
        case .json:
            MatchJSON.write(answer) { try? FileHandle.standardOutput.write(contentsOf: $0) }
        case .table: Terminal.write(answer.table(width: Terminal.width))
        }
    }
}

/// What makes `--fail-on` end with status 1.
enum FailOn: String, ExpressibleByArgument, CaseIterable {
    case any, fixAvailable, knownExploited, low, moderate, important, critical

    /// Whether a finding is of the kind.
    func counts(_ finding: Finding) -> Bool {
        switch self {
        case .any: true
        case .fixAvailable: finding.state == .fixAvailable
        case .knownExploited: finding.assessment.knownExploited != nil
        case .low: finding.assessment.severity <= .low
        case .moderate: finding.assessment.severity <= .moderate
        case .important: finding.assessment.severity <= .important
        case .critical: finding.assessment.severity == .critical
        }
    }
}

/// Everything that `match` answers.
struct MatchAnswer {
    let report: MatchReport
    let operatingSystem: EndOfLifeStatus?
    let applications: [EndOfLifeStatus]
    let platform: String
    /// Packages from beside the operating system of whose world no feed speaks, or whose product is
    /// not known to feeds, by the world.
    let uncovered: [(world: String, packages: Int)]
    /// Packages of the operating system's package manager that others than the distribution have
    /// built, and that no feed speaks of.
    let foreign: [ForeignPackages]
    /// Microsoft's products in the feeds that are no release of Windows; asked on Windows alone.
    let unmatchedProducts: Int
    /// Whether the inventory has nothing that could be matched.
    let isEmpty: Bool
    let now: Timestamp

    init(
        report: MatchReport, endpoint: EndpointSoftware, foreign: [ForeignPackages] = [],
        index: AdvisoryIndex, unmatchedProducts: Int = 0, now: Timestamp
    ) {
        self.report = report
        self.unmatchedProducts = unmatchedProducts
        self.now = now
        isEmpty = endpoint.rows.isEmpty && OperatingSystemRow.row(of: endpoint.os) == nil
        operatingSystem = EndOfLife.status(of: endpoint.os, in: index, at: now)
        applications = EndOfLife.applications(of: endpoint.rows, in: index, at: now)
        platform = [endpoint.os.id, endpoint.os.versionId].filter { !$0.isEmpty }
            .joined(separator: " ")
        var counts: [String: Int] = [:]
        for row in endpoint.rows {
            guard let world = row.ecosystem else { continue }
            if index.covers(row, isSystemCovered: true) { continue }
            counts[world, default: 0] += 1
        }
        uncovered = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        // Where no feed speaks of the release, that is said of all its packages.
        let release = Platform(
            endpoint.os, channels: endpoint.channels, known: index.distributionReleases)
        self.foreign =
            report.isCovered ? foreign.filter { !index.covers($0.source, on: release) } : []
    }

    /// What a person should know beside the findings.
    var warnings: [String] {
        var lines: [String] = []
        if isEmpty {
            lines.append("The inventory lists no packages: that nothing is found means nothing.")
        }
        if !report.isCovered {
            lines.append(
                "No feed speaks of \(Table.printable(platform)): that nothing is found in its "
                    + "packages means nothing. Add the feed of this very distribution and release.")
        }
        if !uncovered.isEmpty {
            let count = uncovered.reduce(0) { $0 + $1.packages }
            let shown = uncovered.prefix(Self.shownWorlds).map { world, packages in
                let isKnown = PackageWorld.isKnown(world: world)
                let note = isKnown ? "" : ", which no feed can speak of: is the name right?"
                return "\(Table.printable(world)) (\(packages)\(note))"
            }
            lines.append(
                "\(Self.packagesAre(count)) unknown to the feeds, and not looked at: no feed speaks "
                    + "of where they come from, or by their names: \(shown.joined(separator: ", "))."
            )
        }
        if !foreign.isEmpty {
            let count = foreign.reduce(0) { $0 + $1.packages }
            let shown = foreign.prefix(Self.shownWorlds).map {
                "\(Table.printable($0.source)) (\($0.packages))"
            }
            lines.append(
                "\(Self.packagesAre(count)) not the distribution's: that nothing is found there means "
                    + "nothing. They come from \(shown.joined(separator: ", ")).")
        }
        if unmatchedProducts > 0 {
            lines.append(
                "\(unmatchedProducts) products in the feeds of Microsoft are no release of Windows "
                    + "(such as Office or SQL Server), and were not matched with what is installed."
            )
        }
        if !report.unreadable.isEmpty {
            let names = Table.printable(report.unreadable.prefix(10).joined(separator: ", "))
            lines.append(
                "The versions of \(report.unreadable.count.counted("package")) cannot be compared: "
                    + "\(names).")
        }
        return lines
    }

    private static func packagesAre(_ count: Int) -> String {
        "\(count.counted("package")) \(count == 1 ? "is" : "are")"
    }

    /// An inventory that is not ours may name any number of package managers.
    private static let shownWorlds = 10

    /// The findings for people.
    func table(width: Int?) -> String {
        var table = Table(
            .number("RISK"), .text("VULNERABILITY"), .text("PACKAGE"), .text("INSTALLED"),
            .text("FIXED IN"), .text("STATE"), .text("SEVERITY"), .text("KEV"))
        for finding in report.findings {
            table.add(
                MatchJSON.number(finding.assessment.risk.value), finding.vulnerability,
                finding.package,
                finding.installed, finding.fixedIn ?? "", finding.state.rawValue,
                finding.assessment.severity.rawValue,
                finding.assessment.knownExploited == nil ? "" : "yes")
        }
        let ends = operatingSystem.map { [Self.line($0)] } ?? []
        return ([table.text(width: width, empty: "No findings.")] + ends)
            .joined(separator: "\n\n")
    }

    private static func line(_ status: EndOfLifeStatus) -> String {
        let name = "\(Table.printable(status.product)) \(Table.printable(status.cycle))"
        guard let ends = status.endsAt else { return "\(name): \(status.state.rawValue)" }
        return "\(name): support ends \(ends.description.prefix(10)) (\(status.state.rawValue))"
    }
}
