import Advisories
import Fleet

/// The Arch Linux security tracker's groups (`/issues/all.json`).
enum ArchTracker {
    static let reading = JSONReading(.archTracker, name: { $0.text("name") }) { value in
        [.advisory(try group(value))]
    }

    /// Whether a value looks like a group.
    static func isGroup(_ value: JSONValue) -> Bool {
        value.text("name")?.hasPrefix("AVG-") == true && value["packages"] != nil
    }

    private static func group(_ value: JSONValue) throws -> Advisory {
        try requireObject(value)
        let name = try value.required("name")
        let packages = try value.array("packages").compactMap(\.text)
        guard !packages.isEmpty else { throw RecordFault("no packages") }
        let status = try value.required("status")
        let fixed = value.text("fixed")
        // What is being tested is mended for those alone who have set up the testing repositories.
        let home = DistributionNames.arch(channel: status == "Testing" ? "testing" : nil)
        let affected = packages.map { package in
            AffectedPackage(
                scope: home.scope, order: home.order,
                name: package, counting: .binary, status: statusValue(status),
                ranges: fixed.map { [.before(fix: $0)] } ?? [])
        }
        let issues = try value.array("issues").compactMap(\.text)
        return Advisory(
            id: name, source: AdvisorySource(name: "arch-tracker", authority: .tracker),
            aliases: value.texts("advisories"), vulnerabilities: issues.isEmpty ? [name] : issues,
            severity: value.severity("severity"), title: headline(value.text("type") ?? ""),
            affected: affected)
    }

    private static func statusValue(_ word: String) -> AffectedPackage.Status {
        switch word {
        case "Not affected": .notAffected
        case "Unknown": .undetermined
        default: .affected
        }
    }
}
