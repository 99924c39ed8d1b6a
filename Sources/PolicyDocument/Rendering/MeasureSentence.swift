import Fleet
import Health
import Policy

/// What is measured before and after an installation, in words.
enum MeasureSentence {
    /// One sentence.
    static func text(_ measure: HealthMeasure) -> String {
        let span = TimeSpan(seconds: measure.watchSeconds)?.inWords ?? ""
        let name = measure.name.map { " of \($0)" } ?? ""
        switch measure.subject {
        case .crashes:
            return "Crashes\(name), from the installation's beginning until \(span) after it: "
                + "\(counts(measure, "in the day before"))."
        case .journal:
            let text = measure.text.map { " with “\($0)”" } ?? ""
            return "Errors in the journal\(name)\(text), in \(span) after it: "
                + "\(counts(measure, "in the same time before"))."
        case .bootTime:
            let limits = [
                measure.atMost.flatMap { TimeSpan(seconds: $0) }.map { "at most \($0.inWords)" },
                measure.percent.map { "at most \($0 - 100)% longer than the boot before" },
            ]
            return "The last boot took to its default target "
                + "\(limits.compactMap(\.self).joined(separator: ", or "))."
        }
    }

    private static func counts(_ measure: HealthMeasure, _ before: String) -> String {
        let absolute = measure.atMost.map { $0 == 0 ? "none" : "at most \($0)" }
        let times = measure.percent.map { $0 / 100 } ?? (absolute == nil ? 1 : nil)
        let relative = times.map {
            $0 == 1 ? "no more than \(before)" : "at most \($0) times as many as \(before)"
        }
        return [absolute, relative].compactMap(\.self).joined(separator: ", or ")
    }
}
