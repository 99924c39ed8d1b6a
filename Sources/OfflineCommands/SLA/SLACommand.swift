public import ArgumentParser
import CommandBasics
public import Fleet
public import Policy

extension SLAAssetClass: ExpressibleByArgument {}
extension TechnicalImpact: ExpressibleByArgument {}

/// `patchbay sla`
package struct SLACommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sla", abstract: "Ask until when a regime wants something fixed.",
        subcommands: [Due.self, Presets.self])

    /// `patchbay sla due`
    struct Due: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "due", abstract: "Print until when a vulnerability must be fixed.",
            discussion: """
                Example: patchbay sla due --preset ce-14 --start 2026-07-01T09:00:00+01:00 --severity high

                “patchbay sla presets” lists the presets with all their figures. --start stands for \
                whatever event starts the preset's clock; the events can also be given one by one. \
                Calendar days end at the same time of day, in the offset of the start.
                """)

        @Option(help: "Whose figures, such as pci-401.")
        var preset: String

        @OptionGroup var events: SLAEventOptions
        @OptionGroup var subject: SLASubjectOptions
        @OptionGroup var output: FormatOption

        func run() throws {
            let preset = try SLAPreset(argument: preset)
            let asked = try events.read(for: preset)
            let subject = try subject.read(isListed: events.listed != nil)
            let clock = preset.clock(for: subject, events: asked.events, zone: asked.zone)
            let answer = SLAAnswer(clock, zone: asked.zone)
            try output.show(answer, usually: .json) { $0.sentence }
        }
    }

    /// `patchbay sla presets`
    struct Presets: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "presets", abstract: "List the presets with all their figures.",
            discussion: "Example: patchbay sla presets --format json")

        @OptionGroup var output: FormatOption

        func run() throws {
            try output.show(SLAPresetList()) { $0.table(width: Terminal.width) }
        }
    }

    package init() {}
}

extension SLAPreset {
    /// A preset by its name; a name that is not known is an error that says what was meant.
    init(argument name: String) throws {
        if let preset = SLAPreset(rawValue: name) {
            self = preset
            return
        }
        let names = Self.allCases.map(\.rawValue)
        let meant = Spelling.nearest(to: name, among: names).map { "Did you mean \($0)? " } ?? ""
        throw Failure(
            .wrongUse, "There is no preset “\(Table.printable(name))”.",
            nextStep: "\(meant)Known are \(names.joined(separator: ", ")).", code: "E_SLA_PRESET")
    }
}
