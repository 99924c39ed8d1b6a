/// What a run's supervisor writes into the log of a shutdown that somebody scheduled while packages
/// were installed. Only policies reboot an endpoint, in their windows and with their warnings.
public struct ShutdownWord: Hashable, Sendable {
    /// Whether the endpoint was to come up again.
    public var isReboot: Bool
    /// Whether it was called off.
    public var isCalledOff: Bool

    /// Word of one.
    public init(isReboot: Bool, isCalledOff: Bool) {
        self.isReboot = isReboot
        self.isCalledOff = isCalledOff
    }

    private var kind: String { isReboot ? "reboot" : "shutdown" }
    private var end: String { isCalledOff ? "was called off" : "could not be called off" }

    /// The line of the log.
    public var line: String { "patchbay-agent: a \(kind) that was scheduled meanwhile \(end)." }

    /// Reads such a line; what a program began and did not end may stand before it.
    public init?(line: some StringProtocol) {
        let words = [true, false].flatMap { isReboot in
            [true, false].map { ShutdownWord(isReboot: isReboot, isCalledOff: $0) }
        }
        guard let word = words.first(where: { line.hasSuffix($0.line) }) else { return nil }
        self = word
    }

    /// What the job says of it; `package` is what was at work, where that is known.
    public func note(_ package: String?) -> String {
        let culprit = package.map { "The package \($0)" } ?? "An update of this run"
        return "\(culprit) scheduled a \(kind) of the endpoint, which \(end)"
            + (isCalledOff ? ": policies say when it reboots." : ".")
    }
}
