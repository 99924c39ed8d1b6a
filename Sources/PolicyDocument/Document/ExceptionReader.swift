import Calendar
import Fleet
import Policy

/// Reads accepted risks. They hold for the endpoints that the policy applies to, or for fewer.
struct ExceptionReader {
    let values: ValueReader
    let expressions: ExpressionReader

    /// The most exceptions of one policy: more is no exception any more.
    static let maximumExceptions = 256

    /// An exception of a policy that applies to `applies`.
    func exception(_ value: YAMLValue, of applies: GroupExpression) -> LocatedException? {
        guard var mapping = MappingReader(value, "an exception", values.list) else { return nil }
        let name = mapping.required("name", example: "legacy-openssl").flatMap {
            values.name($0, "the name")
        }
        let owner = text("owner", "maria.keller", &mapping)
        let reason = text("reason", "The vendor's fix comes in May", &mapping)
        let control = text("control", "Reachable from one network segment only", &mapping)
        let approver = text("approver", "security.officer", &mapping)
        let from = mapping.required("from", example: "2026-09-01").flatMap(values.date)
        let until = mapping.required("until", example: "2027-03-31").flatMap(values.date)
        let package = mapping.optional("package").flatMap { values.sentence($0, "the package") }
        let versions = mapping.optional("version").flatMap {
            expressions.versions($0, "“version”")
        }
        let cves = mapping.optional("cves").map(vulnerabilities) ?? []
        let endpoints = mapping.optional("endpoints").flatMap {
            expressions.group($0, "“endpoints”")
        }
        mapping.finish()
        guard let name, let owner, let reason, let control, let approver, let from, let until
        else { return nil }
        do {
            let exception = try RiskException(
                name: name.text,
                papers: .init(
                    owner: owner, reason: reason, compensatingControl: control, approver: approver),
                startsAt: Self.start(of: from), expiresAt: Self.start(of: until.adding(days: 1)),
                package: package.map { Glob($0) }, versions: versions, vulnerabilities: cves,
                endpoints: endpoints.map { Self.both(applies, $0) } ?? applies)
            return LocatedException(
                exception: exception, place: mapping.valuePlace(of: "until"), until: until)
        } catch {
            var sentence = error.sentence
            if sentence.hasSuffix(".") { sentence.removeLast() }
            values.list.error(mapping.place, sentence)
            return nil
        }
    }

    /// Endpoints that fit both; what names the first condition already is left as it is.
    private static func both(
        _ applies: GroupExpression, _ endpoints: GroupExpression
    ) -> GroupExpression {
        ExpressionLogic.covers(applies, endpoints)
            ? endpoints : GroupExpression(.all([applies.root, endpoints.root]))
    }

    /// The beginning of a date in UTC: an exception is the same instant for every endpoint.
    private static func start(of date: LocalDate) -> Timestamp {
        Timestamp(seconds: date.daysSinceEpoch * 86_400)
    }

    private func text(
        _ key: String, _ example: String, _ mapping: inout MappingReader
    ) -> String? {
        mapping.required(key, example: example).flatMap { values.sentence($0, "“\(key)”") }
    }

    private func vulnerabilities(_ value: YAMLValue) -> Set<String> {
        let elements = values.elements(value, "“cves”", orSingle: true) ?? []
        var names: Set<String> = []
        for element in elements {
            guard let text = values.text(element, "the vulnerability")?.text.uppercased() else {
                continue
            }
            if ValueReader.isVulnerability(text) {
                names.insert(text)
            } else {
                values.list.error(
                    element.place, "“\(text.prefix(40))” is no CVE number such as CVE-2026-1234")
            }
        }
        return names
    }
}

/// An exception, and where its end stands in the file.
struct LocatedException {
    var exception: RiskException
    var place: Place
    /// The last day on which it holds.
    var until: LocalDate
}
