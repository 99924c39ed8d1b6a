import Advisories
import CommandBasics
import Fleet

/// The answer of `match` as JSON, one finding a line. An endpoint may have ten thousand findings:
/// they are written straight to bytes, which takes a twentieth of the time of an encoder.
struct MatchJSON {
    private var bytes: [UInt8] = []
    private let send: ([UInt8]) -> Void
    /// How the last finding's assessment was written: neighbours mostly share it.
    private var last: (inputs: RiskInputs, severity: Severity, figures: [UInt8], sentence: [UInt8])?

    /// How many bytes are gathered before they are sent: what a pipe holds.
    private static let pieceSize = 64 * 1024

    /// Writes the whole answer, piece by piece.
    static func write(_ answer: MatchAnswer, to send: @escaping ([UInt8]) -> Void) {
        var writer = MatchJSON(send: send)
        writer.bytes.reserveCapacity(pieceSize + 4096)
        writer.write(answer)
        send(writer.bytes)
    }

    private init(send: @escaping ([UInt8]) -> Void) {
        self.send = send
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
            if bytes.count >= Self.pieceSize {
                send(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        raw(answer.report.findings.isEmpty ? "],\n" : "\n],\n")
        raw("\"platform\":")
        text(answer.platform)
        raw(",\"covered\":\(answer.report.isCovered)")
        raw(",\"undetermined\":\(answer.report.undetermined)")
        raw(",\"unreadable\":[")
        list(answer.report.unreadable) { $0.text($1) }
        raw("],\"uncovered\":[")
        list(answer.uncovered) { writer, part in
            writer.raw("{\"manager\":")
            writer.text(part.world)
            writer.raw(",\"packages\":\(part.packages)}")
        }
        raw("],")
        if !answer.foreign.isEmpty {
            raw("\"foreign\":[")
            list(answer.foreign) { writer, part in
                writer.raw("{\"source\":")
                writer.text(part.source)
                writer.raw(",\"packages\":\(part.packages)}")
            }
            raw("],")
        }
        if answer.unmatchedProducts > 0 {
            raw("\"unmatchedProducts\":\(answer.unmatchedProducts),")
        }
        raw("\"endOfLife\":[")
        let ends = (answer.operatingSystem.map { [$0] } ?? []) + answer.applications
        list(ends) { $0.write($1, at: answer.now) }
        raw("]}\n")
    }

    /// The keys of the contract always, those beside them where they say something.
    private mutating func write(_ finding: Finding) {
        let assessment = finding.assessment
        prepare(assessment)
        raw("{\"vulnerability\":")
        text(finding.vulnerability)
        field("advisory", finding.advisory)
        field("package", finding.package)
        field("installed", finding.installed)
        field("fixedIn", finding.fixedIn)
        field("state", finding.state.rawValue)
        if let figures = last?.figures { bytes.append(contentsOf: figures) }
        if !finding.architecture.isEmpty { field("architecture", finding.architecture) }
        field("source", finding.source)
        if let percentile = assessment.epssPercentile { field("epssPercentile", percentile) }
        if let due = assessment.knownExploited?.due { field("kevDueAt", due.description) }
        if let decision = assessment.decision { field("ssvc", decision.rawValue) }
        if finding.state != .fixAvailable || !finding.isPlainlyMended {
            field("reason", finding.reason)
        }
        if let sentence = last?.sentence { bytes.append(contentsOf: sentence) }
        raw("}")
    }

    /// Writes what findings share: the severity and the figures, and the sentence.
    private mutating func prepare(_ assessment: Assessment) {
        let inputs = assessment.risk.inputs
        if let last, last.severity == assessment.severity, last.inputs == inputs { return }
        var figures = MatchJSON(send: send)
        figures.field("severity", assessment.severity.rawValue)
        figures.field("cvss", inputs.cvss)
        figures.field("epss", inputs.epss)
        figures.raw(inputs.isKnownExploited ? ",\"kev\":true" : ",\"kev\":false")
        figures.field("risk", assessment.risk.value)
        var sentence = MatchJSON(send: send)
        sentence.field("sentence", assessment.risk.sentence)
        last = (inputs, assessment.severity, figures.bytes, sentence.bytes)
    }

    private mutating func write(_ status: EndOfLifeStatus, at now: Timestamp) {
        raw("{\"product\":")
        text(status.product)
        field("cycle", status.cycle)
        field("state", status.state.rawValue)
        field("endsAt", status.endsAt?.description)
        field("extendedUntil", status.extendedUntil?.description)
        raw(",\"extendedSupport\":\(status.hasExtendedSupport(at: now)),\"phases\":[")
        list(status.phases) { json, phase in
            json.raw("{\"name\":")
            json.text(phase.name)
            json.field("until", phase.until?.description)
            json.raw(",\"isOver\":\(phase.isOver),\"isForAll\":\(phase.isForAll)}")
        }
        raw("]}")
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
        var text = text
        bytes.append(0x22)
        text.withUTF8 { utf8 in
            if utf8.contains(where: Self.needsEscape) {
                for byte in utf8 { escaped(byte) }
            } else {
                bytes.append(contentsOf: utf8)
            }
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
