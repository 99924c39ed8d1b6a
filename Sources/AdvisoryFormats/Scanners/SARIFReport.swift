import Fleet

/// SARIF 2.1.0 (OASIS, March 2020): `runs`, each with a tool and its results.
///
/// A run is read as a whole. The machine is the run's (`invocations[].machine`, section 3.20.22), or
/// what a result's properties or locations name.
enum SARIFReport {
    static func read(
        _ stream: ByteStream, into sink: (ScannerRecord) throws -> Void
    ) throws -> ScannerSummary {
        let limits = JSONLimits.standard
        var splitter = JSONSplitter(stream, .elementsOf("runs"), limit: limits.textBytes)
        var (summary, sawRun) = (ScannerSummary(), false)
        do {
            while let piece = try splitter.next() {
                switch piece {
                case .record(let number, _, let bytes):
                    sawRun = true
                    let document: JSONDocument
                    do throws(JSONError) {
                        document = try JSONDocument(bytes, limits: limits)
                    } catch {
                        summary.reject("run \(number)", error.description)
                        continue
                    }
                    guard let root = document.root, root.isObject else {
                        summary.reject("run \(number)", "it is no object")
                        continue
                    }
                    try RunReading(root, number: number).read(&summary, sink)
                case .oversized(let number, _, let size):
                    sawRun = true
                    summary.reject("run \(number)", "\(size) bytes, more than may be read")
                case .header: continue
                case .damaged(let cause):
                    guard sawRun else {
                        throw UnreadableReport(
                            message: "This is no SARIF, or only the beginning of one: \(cause).")
                    }
                    summary.breakOff(cause)
                }
            }
        } catch let damage as StreamDamage {
            summary.breakOff(damage.reason)
        }
        guard sawRun else { throw unreadable }
        return summary
    }

    private static var unreadable: UnreadableReport {
        UnreadableReport(message: "This is no SARIF: it is no JSON object with “runs”.")
    }
}

/// One run.
private struct RunReading {
    private let run: JSONValue
    private let number: Int
    private let rules: [JSONValue]
    private let machines: [String]
    private let endedAt: Timestamp?

    /// Characters of a text that is kept.
    private static let longestText = 300
    /// The properties that name a machine.
    private static let hostKeys = [
        "host", "hostname", "fqdn", "machine", "endpoint", "computer", "asset", "target",
    ]

    /// Those that tell the number of its hardware.
    private static let numberKeys = ["serialNumber", "serial", "biosSerialNumber", "hardwareUuid"]

    init(_ run: JSONValue, number: Int) {
        self.run = run
        self.number = number
        rules = run["tool"]?["driver"]?.list("rules") ?? []
        let invocations = run.list("invocations")
        machines =
            invocations.compactMap { $0.text("machine") } + Self.hosts(in: run["properties"])
        endedAt =
            invocations.lazy.compactMap { $0.text("endTimeUtc").flatMap(FeedTime.read) }
            .first
    }

    func read(_ summary: inout ScannerSummary, _ sink: (ScannerRecord) throws -> Void) throws {
        if summary.tool.isEmpty, let name = run["tool"]?["driver"]?.text("name") {
            summary.tool = ScannerText.line(name, atMost: 100)
        }
        for (place, result) in run.list("results").enumerated() {
            let name = "run \(number), result \(place + 1)"
            guard result.isObject else {
                summary.reject(name, "it is no object")
                continue
            }
            // Only what is new, unchanged or not compared is there; “absent” is gone.
            if result.text("baselineState") == "absent" || result.text("kind") == "pass" {
                summary.reject(name, "it says that the machine does not have it")
                continue
            }
            let record = record(result, name)
            if let fault = ScannerReader.fault(of: record) {
                summary.reject(name, fault)
            } else {
                try sink(record)
                summary.records += 1
            }
        }
    }

    private func record(_ result: JSONValue, _ name: String) -> ScannerRecord {
        let rule = rule(of: result)
        let properties = result["properties"]
        var record = ScannerRecord()
        record.place = name
        let message = result["message"]?.text("text") ?? ""
        for host in Self.hosts(in: properties) + locations(result) + machines {
            let host = ScannerText.line(host, atMost: ScannerReader.longestHost + 1)
            if host.isEmpty { continue }
            if !ScannerText.isAddress(host) {
                record.hosts.append(host)
            } else if record.address.isEmpty {
                record.address = host
            }
        }
        record.serialNumber =
            Self.numberKeys.lazy
            .compactMap { properties?.text($0) ?? self.run["properties"]?.text($0) }.first
            .map(short) ?? ""
        let names = [result.text("ruleId"), rule?.text("id"), rule?.text("name")]
        let tags = rule?["properties"]?.texts("tags") ?? []
        let told = ["cve", "cves", "CVE"].flatMap { key in
            [properties?.text(key)].compactMap { $0 } + (properties?.texts(key) ?? [])
        }
        let texts = told + names.compactMap { $0 } + tags
        let named = texts.joined(separator: " ")
        // What the rule is called tells; only where that names none, message and title are asked.
        let title = rule?["shortDescription"]?.text("text")
        record.vulnerabilities =
            [named, message, title ?? ""].lazy
            .map { VulnerabilityName.cves(inText: $0.uppercased()) }.first { !$0.isEmpty } ?? []
        record.severity = severity(result, rule)
        record.package =
            ["package", "packageName", "component", "pkgName"].lazy
            .compactMap { properties?.text($0) }.first.map(short) ?? packageLine(message)
        record.title = short(title ?? message)
        record.detail = short(message)
        record.seenAt = endedAt
        return record
    }

    private func short(_ text: String) -> String {
        ScannerText.line(text, atMost: Self.longestText)
    }

    private func rule(of result: JSONValue) -> JSONValue? {
        if let index = result["ruleIndex"]?.integer ?? result["rule"]?["index"]?.integer,
            rules.indices.contains(Int(clamping: index))
        {
            return rules[Int(clamping: index)]
        }
        guard let id = result.text("ruleId") else { return nil }
        return rules.first { $0.text("id") == id }
    }

    private func severity(_ result: JSONValue, _ rule: JSONValue?) -> Severity? {
        let score = [result["properties"], rule?["properties"]].lazy
            .compactMap { $0?["security-severity"]?.textOrNumber }.first
        if let score, let known = ScannerText.severity(score.contains(".") ? score : score + ".0") {
            return known
        }
        if let word = result["properties"]?.text("severity") { return ScannerText.severity(word) }
        let level = result.text("level") ?? rule?["defaultConfiguration"]?.text("level")
        return ["error": .important, "warning": .moderate, "note": .low, "none": .unrated][
            level ?? ""]
    }

    /// The machine in a location: a logical one of the kind `machine`, or an address of a host.
    private func locations(_ result: JSONValue) -> [String] {
        result.list("locations").flatMap { location -> [String] in
            let logical = location.list("logicalLocations")
                .filter { ["machine", "host", "computer"].contains($0.text("kind") ?? "") }
                .compactMap { $0.text("fullyQualifiedName") ?? $0.text("name") }
            let uri = location["physicalLocation"]?["artifactLocation"]?.text("uri") ?? ""
            guard let start = uri.firstRange(of: "://")?.upperBound else { return logical }
            let host = uri[start...].prefix { !"/:?#".contains($0) }
            return host.isEmpty ? logical : logical + [String(host)]
        }
    }

    private static func hosts(in properties: JSONValue?) -> [String] {
        hostKeys.compactMap { properties?.text($0) }
    }

    /// `openssl` in a message with the line `Package: openssl`, as some tools write it.
    private func packageLine(_ message: String) -> String {
        for line in message.split(whereSeparator: \.isNewline).prefix(20)
        where line.hasPrefix("Package:") {
            return short(String(line.dropFirst("Package:".count)))
        }
        return ""
    }
}
