import Advisories
import Fleet
import Simulation
import Versions

/// A tracker of the made-up packages: each source has some vulnerabilities, mended at different
/// patch levels.
struct MadeFeed: Sendable {
    let names: [String]
    private let advisories: [(name: String, source: String, version: String, level: Int)]

    /// Vulnerabilities of one source, as many as the larger part of a tracker's have.
    private static let perSource = 4
    /// How many entries the catalogue of exploited vulnerabilities has that nobody has.
    private static let otherListed = 1_600

    init(_ fleet: SyntheticFleet, images: Int) {
        var sources: [String: String] = [:]
        for image in 0..<images {
            for package in fleet.inventory(of: image, changes: 0).packages {
                sources[package.source] = package.sourceVersion
            }
        }
        let mark = "+deb12u"
        advisories = sources.sorted { $0.key < $1.key }.enumerated().flatMap { place, source in
            (0..<Self.perSource).map { number in
                let base = source.value.split(separator: mark).first.map(String.init) ?? "1"
                return (
                    "CVE-2026-\(10_000 + place * Self.perSource + number)", source.key,
                    base + mark, number * 2
                )
            }
        }
        names = advisories.map(\.name)
    }

    /// The index, with the first fix of each source at this patch level.
    func index(fixing first: Int) -> AdvisoryIndex {
        var builder = AdvisoryIndexBuilder()
        for advisory in advisories {
            builder.add(
                .advisory(
                    Advisory(
                        id: advisory.name,
                        source: AdvisorySource(name: "debian-tracker", authority: .tracker),
                        vulnerabilities: [advisory.name],
                        affected: [
                            AffectedPackage(
                                scope: .release(
                                    ReleaseName(distribution: "debian", release: "bookworm")),
                                order: .deb, name: advisory.source, counting: .source,
                                ranges: [
                                    .before(fix: advisory.version + "\(first + advisory.level)")
                                ])
                        ])))
        }
        return builder.build()
    }

    /// The same as the tracker's own file, with the states of other releases that it also holds.
    func tracker(fixing first: Int) -> String {
        let sources = Dictionary(grouping: advisories, by: \.source).map { source, advisories in
            let entries = advisories.map { advisory in
                let fix = advisory.version + "\(first + advisory.level)"
                let state = { (release: String) in
                    """
                    "\(release)": {"status": "resolved", "repositories": {"\(release)": "1.0-1"}, \
                    "fixed_version": "\(fix)", "urgency": "not yet assigned"}
                    """
                }
                return """
                    "\(advisory.name)": {"description": "A buffer overflow in \(source) allows \
                    remote attackers to run code through a crafted file.", "scope": "remote", \
                    "releases": {\(["bookworm", "bullseye", "trixie", "sid"].map(state)
                        .joined(separator: ", "))}}
                    """
            }
            return "\"\(source)\": {\(entries.joined(separator: ", "))}"
        }
        return "{\(sources.joined(separator: ",\n"))}"
    }

    /// A catalogue of exploited vulnerabilities with one that the fleet has.
    func catalogue(listing name: String) -> String {
        let listed = (0..<Self.otherListed).map { "CVE-2020-\(10_000 + $0)" } + [name]
        let entries = listed.map { name in
            """
            {"cveID": "\(name)", "vendorProject": "Made", "product": "Up", \
            "vulnerabilityName": "Made Up Buffer Overflow Vulnerability", \
            "dateAdded": "2026-01-02", "shortDescription": "Made Up contains a buffer overflow \
            that allows remote attackers to run code.", "requiredAction": "Apply mitigations per \
            vendor instructions or discontinue use of the product if there are none.", \
            "dueDate": "2026-01-23", "knownRansomwareCampaignUse": "Unknown", "notes": "", \
            "cwes": ["CWE-787"]}
            """
        }
        return """
            {"title": "CISA Catalog of Known Exploited Vulnerabilities", \
            "catalogVersion": "2026.01.02", "dateReleased": "2026-01-02T00:00:00.0000Z", \
            "count": \(listed.count), "vulnerabilities": [\(entries.joined(separator: ","))]}
            """
    }
}
