/// What a run's supervisor writes into the log of a shutdown that was scheduled while packages were
/// installed. Only policies reboot an endpoint, in their windows and with their warnings.
///
/// Nothing tells who has scheduled it: a careless package, a person, or a power supply that runs out.
/// So a reboot is called off, and one that turns the machine off is left alone.
public struct ShutdownWord: Hashable, Sendable {
    /// What became of it.
    public enum End: Hashable, Sendable, CaseIterable {
        /// A reboot that was called off.
        case rebootCalledOff
        /// A reboot that could not be called off.
        case rebootStays
        /// One that turns the machine off.
        case powerOffStays
    }

    /// What became of it.
    public var end: End

    /// Word of one.
    public init(_ end: End) {
        self.end = end
    }

    private var clause: String {
        switch end {
        case .rebootCalledOff: "a reboot was scheduled and called off"
        case .rebootStays: "a reboot was scheduled and could not be called off"
        case .powerOffStays: "a shutdown was scheduled and left as it is"
        }
    }

    /// The line of the log.
    public var line: String { "patchbay-agent: meanwhile \(clause)." }

    /// Reads such a line; what a program began and did not end may stand before it.
    public init?(line: some StringProtocol) {
        let found = End.allCases.first { line.hasSuffix(ShutdownWord($0).line) }
        guard let found else { return nil }
        end = found
    }

    /// What the job says of it; `package` is what was at work, where that is known.
    public func note(_ package: String?) -> String {
        "While \(package ?? "this run") was at work \(clause)"
            + (end == .rebootCalledOff ? ": policies say when this endpoint reboots." : ".")
    }
}
