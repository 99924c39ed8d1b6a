import Calendar
import CommandBasics
import Fleet
import Policy

/// What `patchbay sla due` prints.
struct SLAAnswer: Encodable {
    let preset: SLAPreset
    let startsAt: String?
    let dueAt: String?
    let outcome: SLAOutcome
    let forensics: Bool
    /// The row that decided, in words.
    let figure: String
    /// By when a plan is due if the date is missed.
    let planDueAt: String?
    /// Whether the regime is a proposal.
    let proposed: Bool

    /// A clock in the words of a zone.
    init(_ clock: SLAClock, zone: TimeZoneRules) {
        preset = clock.preset
        startsAt = clock.startsAt.map(zone.text)
        dueAt = clock.dueAt.map(zone.text)
        outcome = clock.outcome
        forensics = clock.needsForensics
        figure = clock.figure
        let plan = clock.dueAt.flatMap { clock.preset.planPeriod?.end(from: $0, zone: zone) }
        planDueAt = plan.map(zone.text)
        proposed = clock.preset.isProposed
    }

    private enum CodingKeys: String, CodingKey {
        case preset, startsAt, dueAt, outcome, forensics, figure, planDueAt, proposed
    }

    /// Writes the answer; what has no date has a `null`.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(preset, forKey: .preset)
        try values.encode(startsAt, forKey: .startsAt)
        try values.encode(dueAt, forKey: .dueAt)
        try values.encode(outcome, forKey: .outcome)
        try values.encode(forensics, forKey: .forensics)
        try values.encode(figure, forKey: .figure)
        try values.encode(planDueAt, forKey: .planDueAt)
        try values.encode(proposed, forKey: .proposed)
    }

    /// The answer for people.
    var sentence: String {
        let due = dueAt.map { ": \($0)" } ?? ""
        let trace = forensics ? "; look for traces of an attack before patching" : ""
        return "\(preset.title), \(figure): \(outcome.rawValue)\(due)\(trace)."
    }
}

/// What `patchbay sla presets` prints.
struct SLAPresetList: Encodable {
    struct Preset: Encodable {
        let preset: SLAPreset
        let title: String
        let start: SLAStart
        let proposed: Bool
        let source: String
        let figures: [Figure]
    }

    struct Figure: Encodable {
        let scope: String
        let outcome: SLAOutcome
        let within: String?
        let forensics: Bool
    }

    let presets = SLAPreset.allCases.map { preset in
        Preset(
            preset: preset, title: preset.title, start: preset.start, proposed: preset.isProposed,
            source: preset.source,
            figures: preset.figures.map {
                Figure(
                    scope: $0.scope, outcome: $0.outcome, within: $0.period?.description,
                    forensics: $0.needsForensics)
            })
    }

    /// One line for each figure, then one for each preset with its source.
    func table(width: Int?) -> String {
        var figures = Table(.text("PRESET"), .text("FOR"), .text("OUTCOME"), .text("WITHIN"))
        var sources = Table(.text("PRESET"), .text("CLOCK STARTS"), .text("SOURCE"))
        for preset in presets {
            let name = preset.preset.rawValue
            for figure in preset.figures {
                let within = figure.within ?? "-"
                figures.add(
                    name, figure.scope, figure.outcome.rawValue,
                    figure.forensics ? "\(within), forensics" : within)
            }
            sources.add(name, preset.start.rawValue, preset.source)
        }
        return [figures, sources].map { $0.text(width: width) }.joined(separator: "\n\n")
    }
}
