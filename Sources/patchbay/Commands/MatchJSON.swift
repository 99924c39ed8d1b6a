import Advisories
import Fleet

/// The answer of `match` as JSON, one finding a line. An endpoint may have ten thousand findings:
/// they are written straight to bytes, which takes a twentieth of the time of an encoder.
struct MatchJSON {
    private var bytes: [UInt8] = []
    /// The last score and its sentence: neighbours mostly share them.
    private var last: (inputs: RiskInputs, sentence: String)?

    /// The whole answer.
    static func encode(_ answer: MatchAnswer) -> [UInt8] {
        var writer = MatchJSON()
        writer.bytes.reserveCapacity(answer.report.findings.count * 600 + 1000)
        writer.write(answer)
        return writer.bytes
    }

    /// A number as it stands in the answer: without exponent and needless decimals.
    static func number(_ value: Double) -> String {
        let text = value.description
        if text.hasSuffix(".0") { return String(text.dropLast(2)) }
        return text
    }

    private mutating func write(_ answer: MatchAnswer) {
        raw("{\"findings\":[")
        for (place, finding) in answer.report.findings.enumerated() {
            raw(place == 0 ? "\n" : ",\n")
            write(finding)
        }
        raw(answer.report.findings.isEmpty ? "],\n" : "\n],\n")
        raw("\"platform\":")
        text(answer.platform)
        raw(",\"covered\":\(answer.report.isCovered)")
        raw(",\"undetermined\":\(answer.report.undetermined)")
        raw(",\"unreadable\":[")
        list(answer.report.unreadable) { $0.text($1) }
        raw("],\"endOfLife\":[")
        let ends = (answer.operatingSystem.map { [$0] } ?? []) + answer.applications
        list(ends) { $0.write($1, at: answer.now) }
        raw("]}\n")
    }

    /// The keys of the contract always, those beside them where they say something.
    private mutating func write(_ finding: Finding) {
        let assessment = finding.assessment
        let inputs = assessment.risk.inputs
        raw("{\"vulnerability\":")
        text(finding.vulnerability)
        field("advisory", finding.advisory)
        field("package", finding.package)
        field("installed", finding.installed)
        field("fixedIn", finding.fixedIn)
        field("state", finding.state.rawValue)
        field("severity", assessment.severity.rawValue)
        field("cvss", inputs.cvss)
        field("epss", inputs.epss)
        raw(inputs.isKnownExploited ? ",\"kev\":true" : ",\"kev\":false")
        field("risk", assessment.risk.value)
        if !finding.architecture.isEmpty { field("architecture", finding.architecture) }
        field("source", finding.source)
        if let percentile = assessment.epssPercentile { field("epssPercentile", percentile) }
        if let due = assessment.knownExploited?.due { field("kevDueAt", due.description) }
        if let decision = assessment.decision { field("ssvc", decision.rawValue) }
        if finding.state != .fixAvailable { field("reason", finding.reason) }
        field("sentence", sentence(assessment.risk))
        raw("}")
    }

    private mutating func write(_ status: EndOfLifeStatus, at now: Timestamp) {
        raw("{\"product\":")
        text(status.product)
        field("cycle", status.cycle)
        field("state", status.state.rawValue)
        field("endsAt", status.endsAt?.description)
        field("extendedUntil", status.extendedUntil?.description)
        raw(",\"extendedSupport\":\(status.hasExtendedSupport(at: now))}")
    }

    private mutating func sentence(_ risk: RiskScore) -> String {
        if let last, last.inputs == risk.inputs { return last.sentence }
        let sentence = risk.sentence
        last = (risk.inputs, sentence)
        return sentence
    }

    private mutating func list<Value>(
        _ values: [Value], _ write: (inout MatchJSON, Value) -> Void
    ) {
        for (place, value) in values.enumerated() {
            if place > 0 { raw(",") }
            write(&self, value)
        }
    }

    private mutating func field(_ key: StaticString, _ value: String?) {
        begin(key)
        if let value { text(value) } else { raw("null") }
    }

    private mutating func field(_ key: StaticString, _ value: Double?) {
        begin(key)
        raw(value.map(Self.number) ?? "null")
    }

    private mutating func begin(_ key: StaticString) {
        raw(",\"")
        key.withUTF8Buffer { bytes.append(contentsOf: $0) }
        raw("\":")
    }

    private mutating func raw(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// A string (RFC 8259, section 7).
    private mutating func text(_ text: String) {
        bytes.append(0x22)
        if text.utf8.contains(where: Self.needsEscape) {
            for byte in text.utf8 { escaped(byte) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(0x22)
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte == 0x22 || byte == 0x5C || byte < 0x20
    }

    private mutating func escaped(_ byte: UInt8) {
        guard Self.needsEscape(byte) else { return bytes.append(byte) }
        if byte >= 0x20 {
            bytes.append(0x5C)
            bytes.append(byte)
        } else {
            raw("\\u00")
            bytes.append(Self.digits[Int(byte >> 4)])
            bytes.append(Self.digits[Int(byte & 15)])
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
