import Fleet
import Health
import Policy

extension SettingsReader {
    /// `crashes`, `journal` or `bootTime`: what counts, and how far it may rise. What is wrong has
    /// been told, and is left out.
    func measure(_ subject: HealthMeasure.Subject, _ value: YAMLValue) -> HealthMeasure {
        var measure = HealthMeasure(subject)
        let title = "“\(subject.rawValue)”"
        guard var mapping = MappingReader(value, title, values.list) else { return measure }
        switch subject {
        case .crashes:
            measure.name = mapping.optional("program").flatMap { name($0, "the program") }
        case .journal:
            measure.name = mapping.optional("unit").flatMap { name($0, "the unit") }
            measure.text = mapping.optional("text").flatMap(searched)
        case .bootTime:
            break
        }
        if subject == .bootTime {
            measure.atMost = mapping.optional("atMost").flatMap {
                span($0, "“atMost”", HealthMeasure.bootSeconds)
            }
            measure.percent = mapping.optional("slower").flatMap(slower)
        } else {
            measure.atMost = mapping.optional("atMost").flatMap {
                values.integer($0, "“atMost”", in: Self.range(HealthMeasure.counts))
            }.map { Int64($0) }
            measure.percent = mapping.optional("times").flatMap {
                values.integer($0, "“times”", in: Self.range(HealthMeasure.times))
            }.map { Int64($0) * 100 }
            measure.over = mapping.optional("over").flatMap {
                span($0, "“over”", HealthMeasure.spans)
            }
        }
        mapping.finish()
        if subject == .bootTime, mapping.named.isEmpty {
            values.list.error(
                mapping.place,
                "\(title) needs “atMost” or “slower”, such as “slower: 20%”")
        }
        return measure
    }

    private static func range(_ limits: ClosedRange<Int64>) -> ClosedRange<Int> {
        Int(limits.lowerBound)...Int(limits.upperBound)
    }

    private func span(
        _ value: YAMLValue, _ subject: String, _ limits: ClosedRange<Int64>
    ) -> Int64? {
        guard let least = TimeSpan(seconds: limits.lowerBound),
            let most = TimeSpan(seconds: limits.upperBound)
        else { return nil }
        return values.span(value, subject, in: least...most)?.seconds
    }

    /// `20%`, as percent of what was before: 120.
    private func slower(_ value: YAMLValue) -> Int64? {
        guard let share = values.share(value, "“slower”") else { return nil }
        let percent = Int64(share.basisPoints / 100)
        if share.basisPoints % 100 == 0, HealthMeasure.slower.contains(percent) {
            return 100 + percent
        }
        values.list.error(
            value.place, "“slower” must be from 1% to 100% in whole percent, not \(share)")
        return nil
    }

    private func name(_ value: YAMLValue, _ subject: String) -> String? {
        guard let text = values.sentence(value, subject) else { return nil }
        if HealthMeasure.isName(text) { return text }
        values.list.error(
            value.place,
            "\(subject) must be a name of letters, digits and : - _ . @ +, not "
                + "“\(text.prefix(40))”")
        return nil
    }

    private func searched(_ value: YAMLValue) -> String? {
        guard let text = values.sentence(value, "“text”") else { return nil }
        if HealthMeasure.isSearchable(text) { return text }
        values.list.error(
            value.place,
            "“text” must be on one line, say more than * and ?, and have at most "
                + "\(HealthMeasure.longestText) bytes")
        return nil
    }
}
