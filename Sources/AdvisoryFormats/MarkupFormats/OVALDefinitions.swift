import Advisories
import Fleet
import Versions

/// OVAL 5 definitions that test RPM packages (Azure Linux, Photon OS, Oracle, Red Hat): of each
/// definition, the tests that say “earlier than” name a package and the version that fixes it.
enum OVALDefinitions {
    /// Definitions, tests, objects and states in one file: they refer to one another by ids from
    /// front to back and so are all held, some hundred bytes each.
    private static let mostParts = 1_000_000

    /// A record is one definition.
    static func read(_ stream: ByteStream, _ collector: RecordCollector) throws {
        var parts = Parts()
        let wanted: Set = [
            "generator", "definition", "rpminfo_test", "rpminfo_object", "rpminfo_state",
        ]
        try MarkupRecords.read(stream, collector, wanted: wanted) { element in
            guard parts.count < mostParts else {
                throw StreamDamage("more than \(mostParts) definitions, tests, objects and states")
            }
            if element.name == "generator" {
                parts.product = element.first("product_name")?.trimmed ?? ""
                let time = element.first("timestamp")?.trimmed
                collector.note(published: time.flatMap(FeedTime.read))
            } else {
                parts.add(element)
            }
        }
        for definition in parts.definitions {
            try collector.attempt(definition.id) { [.advisory(try parts.advisory(definition))] }
        }
    }

    /// What a definition says of itself.
    private struct Definition {
        var id: String
        var advisory: Advisory
        var platforms: [String]
        var tests: [(id: String, comment: String)]
        var fault: String?

        init(_ element: MarkupTree) {
            id = element["id"] ?? "a definition without id"
            let metadata = element.first("metadata")
            let references = metadata?.all("reference") ?? []
            let notice = references.first { $0["source"] != "CVE" }?["ref_id"]
            advisory = Advisory(
                id: notice ?? references.first?["ref_id"] ?? id,
                source: AdvisorySource(name: "oval", authority: .notices))
            advisory.title = headline(metadata?.first("title")?.trimmed ?? "")
            let details = metadata?.first("advisory")
            let own = (details?.all("cve") ?? []).compactMap(\.trimmed)
            let names = references.compactMap { $0["ref_id"] } + own
            advisory.vulnerabilities = names.filter { VulnerabilityName.isCVE($0) }.unique
            advisory.severity = (details ?? metadata)?.first("severity")?.trimmed
                .flatMap { Severity(vendorWord: $0) }
            let date =
                metadata?.first("advisory_date")?.trimmed ?? details?.first("issued")?["date"]
            advisory.published = date.flatMap(FeedTime.read)
            platforms = metadata?.first("affected")?.all("platform").compactMap(\.trimmed) ?? []
            tests = element.descendants("criterion").compactMap { criterion in
                criterion["test_ref"].map { ($0, criterion["comment"] ?? "") }
            }
            if metadata == nil { fault = "no “metadata”" }
        }
    }

    private struct Parts {
        var product = ""
        private(set) var definitions: [Definition] = []
        private var tests: [String: (object: String, state: String)] = [:]
        private var names: [String: String] = [:]
        private var fixes: [String: String] = [:]

        var count: Int { definitions.count + tests.count + names.count + fixes.count }

        mutating func add(_ element: MarkupTree) {
            if element.name == "definition" { return definitions.append(Definition(element)) }
            guard let id = element["id"] else { return }
            switch element.name {
            case "rpminfo_test":
                if let object = element.first("object")?["object_ref"],
                    let state = element.first("state")?["state_ref"]
                {
                    tests[id] = (object, state)
                }
            case "rpminfo_object": names[id] = element.first("name")?.trimmed
            default:
                if let label = element.first("evr"), label["operation"] == "less than" {
                    fixes[id] = label.trimmed
                }
            }
        }

        func advisory(_ definition: Definition) throws -> Advisory {
            if let fault = definition.fault { throw RecordFault(fault) }
            var advisory = definition.advisory
            var seen: Set<AffectedPackage> = []
            for test in definition.tests {
                guard let (name, fix) = fix(test.id) ?? Self.fix(comment: test.comment) else {
                    continue
                }
                guard let home = home(definition, fix) else {
                    throw RecordFault("it does not tell which distribution it is for")
                }
                let package = AffectedPackage(
                    scope: home.scope, order: home.order, name: name, counting: home.counting,
                    ranges: [.before(fix: RPMName.withoutZeroEpoch(fix))])
                if seen.insert(package).inserted { advisory.affected.append(package) }
            }
            return advisory
        }

        private func fix(_ test: String) -> (name: String, version: String)? {
            guard let (object, state) = tests[test], let name = names[object],
                let fix = fixes[state]
            else { return nil }
            return (name, fix)
        }

        /// `bind is earlier than 30:9.3.3-8.el5`, the comment of every such test, for files that
        /// were cut down to their definitions.
        private static func fix(comment: String) -> (name: String, version: String)? {
            let words = comment.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
            guard let place = words.firstIndex(of: "earlier"), place >= 2, words.count > place + 2,
                words[place - 1] == "is", words[place + 1] == "than"
            else { return nil }
            return (words[place - 2], words[place + 2])
        }

        /// By the tag in the version (`.azl3`, `.cm2`, `.ph3`), else by the platform's name.
        private func home(_ definition: Definition, _ fix: String) -> PackageHome? {
            if let tag = fix.split(separator: ".").last {
                let known = [("azl", "azurelinux"), ("cm", "azurelinux"), ("ph", "photon")]
                for (prefix, distribution) in known where tag.hasPrefix(prefix) {
                    let number = tag.dropFirst(prefix.count)
                    guard !number.isEmpty, number.allSatisfy(\.isNumber) else { continue }
                    return PackageHome(distribution, "\(number).0", order: .rpm, .source)
                }
            }
            for platform in definition.platforms + [product] {
                if let home = RPMRelease.home(
                    id: definition.advisory.id, hint: platform, versions: [fix])
                {
                    return home
                }
            }
            return nil
        }
    }
}
