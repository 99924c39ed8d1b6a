import Advisories
package import Fleet
package import ServerRecords

extension SoftwareFooting {
    /// The most names of replaced code that are kept, and the longest of each in characters: a
    /// whole distribution upgrade replaces some hundred libraries, each of which may have come from
    /// some ten packages.
    private static let mostNames = 8_000
    private static let longestName = 256

    /// What matching needs of a posture.
    package init(of posture: Posture) {
        var code = ReplacedCode()
        for signal in posture.reboot.signals { code.addNames(in: signal.detail) }
        for restart in posture.restarts {
            for file in restart.files { code.addFile(file) }
        }
        let names = code.packages.filter { $0.count <= Self.longestName }.sorted()
        let facts = posture.endpoint
        self.init(
            os: facts.os, kernel: facts.virtualization.isContainer ? "" : facts.kernel,
            replaced: Array(names.prefix(Self.mostNames)),
            timeZone: String(facts.timeZone.prefix(Self.longestName)),
            channels: ReceivedChannels.shown(
                by: posture.sources.filter { $0.state != .failed }.map(\.name), on: facts.os),
            foreign: ForeignPackages.plain(facts.foreignPackages ?? []))
    }
}
