import Advisories
import CommandBasics
import Feeds
import Findings
import Fleet
import Foundation
import Policy
import Versions

/// What feeds tell of the missing updates of an inventory: which vulnerabilities each closes, and
/// how bad they are.
///
/// The software is matched twice, as it is and as it would be with every update installed. What is
/// found before and not after, an update closes; so the feeds' own rules decide, and not a guess
/// about version numbers.
struct PolicyFeeds {
    let paths: [String]

    /// A vulnerability that an update closes, for its SLA clocks.
    struct Closed {
        let vulnerability: String
        /// The worst that it is in any package of the endpoint.
        let worst: Assessment
        /// All packages of the endpoint that have it.
        let packages: [(name: String, source: String?)]
    }

    /// Adds what the feeds know to the updates of an endpoint in this context.
    ///
    /// - Returns: the inventory, what each update closes, and what a person should know of the
    ///   feeds.
    func enrich(
        _ inventory: PolicyInventory, in context: EndpointContext
    ) throws -> (inventory: PolicyInventory, closed: [[Closed]], notes: [String]) {
        let nothing = [[Closed]](repeating: [], count: inventory.updates.count)
        guard !paths.isEmpty else { return (inventory, nothing, []) }
        let endpoint = try MatchInventory.read(file: inventory.file).software
        var names: Set<String> = []
        for row in endpoint.rows { names.formUnion(row.indexNames) }
        var builder = AdvisoryIndexBuilder(onlyFor: names)
        var kinds = Kinds()
        var notes = try load {
            kinds.see($0)
            builder.add($0)
        }
        let index = builder.build()
        let matcher = Matcher(index)
        let before = matcher.report(on: endpoint)
        let found = before.findings.map { $0.placed(in: context) }
        var closing = [[Finding]](repeating: [], count: inventory.updates.count)
        if before.isCovered {
            let after = matcher.report(on: Self.updated(endpoint, with: inventory.updates))
            closing = Self.closed(by: inventory.updates, found, after.findings)
        } else {
            notes.append(
                "\(inventory.file): no feed speaks of \(Table.printable(endpoint.os.id)) "
                    + "\(Table.printable(endpoint.os.versionId)), so that it is not known which "
                    + "vulnerabilities its updates close.")
        }
        var result = inventory
        for place in result.updates.indices {
            let isJudged = before.isCovered || result.updates[place].vulnerabilities != nil
            guard isJudged else { continue }
            kinds.tell(&result.updates[place], closing[place], index)
        }
        return (result, Self.summary(of: closing, among: found, on: endpoint), notes)
    }

    /// What updates close, each vulnerability once, with all packages of the endpoint that have it.
    private static func summary(
        of closing: [[Finding]], among found: [Finding], on endpoint: EndpointSoftware
    ) -> [[Closed]] {
        let everywhere = Dictionary(grouping: found, by: \.vulnerability)
        let sources = Dictionary(endpoint.rows.map { ($0.name, $0.source) }) { first, _ in first }
        return closing.map { findings in
            Set(findings.map(\.vulnerability)).sorted().compactMap { name in
                let held = everywhere[name] ?? []
                let worst = held.map(\.assessment).max { $0.risk.value < $1.risk.value }
                return worst.map {
                    Closed(
                        vulnerability: name, worst: $0,
                        packages: held.map { ($0.package, sources[$0.package]) })
                }
            }
        }
    }

    private func load(_ take: (FeedRecord) -> Void) throws -> [String] {
        let count = try FeedLoader().load(paths, into: take).rejectedCount
        return count == 0 ? [] : ["\(count) records of the feeds could not be read."]
    }

    /// The software with every update installed.
    private static func updated(
        _ endpoint: EndpointSoftware, with updates: [UpdateSubject]
    ) -> EndpointSoftware {
        var candidates: [String: [Update]] = [:]
        for subject in updates {
            candidates[subject.update.name, default: []].append(subject.update)
        }
        var result = endpoint
        result.replaced = ReplacedCode()
        // A newer kernel is another package, and the one that runs plays no part in what is asked.
        result.runningKernel = ""
        for place in result.rows.indices {
            let row = result.rows[place]
            let update = candidates[row.name]?.first {
                $0.architecture.isEmpty || row.architecture.isEmpty
                    || $0.architecture == row.architecture
            }
            guard let update else { continue }
            result.rows[place].version = update.candidate
            result.rows[place].sourceVersion = sourceVersion(of: update.candidate, insteadOf: row)
        }
        return result
    }

    /// The source version that belongs to a new version: where both were the same they stay so, and
    /// Debian's binary rebuilds (`+b1`) are the source's version without the ending.
    private static func sourceVersion(of candidate: String, insteadOf row: SoftwareRow) -> String {
        guard row.version != row.sourceVersion, row.order == .deb,
            let ending = candidate.range(of: "+b", options: .backwards)
        else { return candidate }
        let digits = candidate[ending.upperBound...]
        let isRebuild = !digits.isEmpty && digits.allSatisfy { ("0"..."9").contains($0) }
        return isRebuild ? String(candidate[..<ending.lowerBound]) : candidate
    }

    private struct Found: Hashable {
        let vulnerability: String
        let package: String
        let architecture: String

        init(_ finding: Finding) {
            vulnerability = finding.vulnerability
            package = finding.package
            architecture = finding.architecture
        }
    }

    private static func closed(
        by updates: [UpdateSubject], _ before: [Finding], _ after: [Finding]
    ) -> [[Finding]] {
        let left = Set(after.map(Found.init))
        var byPackage: [String: [Finding]] = [:]
        for finding in before where !left.contains(Found(finding)) {
            byPackage[finding.package, default: []].append(finding)
        }
        return updates.map { subject in
            let update = subject.update
            return (byPackage[update.name] ?? []).filter {
                $0.architecture.isEmpty || update.architecture.isEmpty
                    || $0.architecture == update.architecture
            }
        }
    }
}

/// Which kinds of knowledge the feeds held: without a catalogue of exploited vulnerabilities it is
/// not known that one is not exploited.
private struct Kinds {
    var hasCatalogue = false

    mutating func see(_ record: FeedRecord) {
        if case .knownExploited = record { hasCatalogue = true }
    }

    /// Tells an update what it closes: what was found, and what the inventory names itself. What
    /// the inventory says besides and the feeds do not know stays.
    func tell(_ subject: inout UpdateSubject, _ findings: [Finding], _ index: AdvisoryIndex) {
        let names = Set((subject.vulnerabilities ?? []) + findings.map(\.vulnerability)).sorted()
        subject.vulnerabilities = names
        // Worse comes first in the order of severities.
        subject.severity = findings.map(\.assessment.severity).reduce(subject.severity, min)
        if names.contains(where: { index.knownExploited($0) != nil }) {
            subject.kev = true
        } else if hasCatalogue {
            subject.kev = subject.kev ?? false
        }
        let probability = names.compactMap { index.exploitProbability($0)?.probability }.max()
        subject.epss = [subject.epss, probability].compactMap(\.self).max()
        subject.cvss = [subject.cvss, findings.compactMap(\.assessment.risk.inputs.cvss).max()]
            .compactMap(\.self).max()
        subject.ssvc = [subject.ssvc, findings.compactMap(\.assessment.decision).max()]
            .compactMap(\.self).max()
    }
}
