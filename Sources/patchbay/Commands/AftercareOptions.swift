import ArgumentParser
import Fleet
import Policy
import Rollout

/// What is to follow an installation on its endpoint.
struct AftercareOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whether the endpoint is rebooted when it needs one: never, ifNeeded or prompt.",
            valueName: "mode"))
    var reboot: String?
    @Option(
        help: ArgumentHelp(
            "How long people are warned before a reboot, such as 15m.", valueName: "span"))
    var warning: String?
    @Option(
        help: ArgumentHelp(
            "How long a reboot can be put off, such as 3d.", valueName: "span"))
    var rebootDeadline: String?
    @Option(help: ArgumentHelp("How often people may put it off.", valueName: "count"))
    var deferrals: Int?
    @Option(
        help: ArgumentHelp(
            "When it may be rebooted: FROM/UNTIL, two instants (RFC 3339); may be given more than once.",
            valueName: "window"))
    var rebootWindow: [String] = []
    @Option(
        help: ArgumentHelp(
            "A probe that must pass afterwards: unit:NAME, tcp:PORT, process:NAME, script:NAME (signed), http:ADDRESS, or one that compares with before: crashes:atMost=2, journal:times=3, bootTime:slower=20%; may be given more than once.",
            valueName: "probe"))
    var probe: [String] = []
    @Option(
        help: ArgumentHelp(
            "A systemd unit that must be active afterwards; may be given more than once.",
            valueName: "unit"))
    var service: [String] = []
    @Option(
        help: ArgumentHelp(
            "How long the probes may fail before the endpoint counts as unhealthy, such as 10m.",
            valueName: "span"))
    var within: String?

    /// What was asked for; `nil` when nothing was.
    func value(usually mode: RebootRule.Mode = .never) throws -> Aftercare? {
        let isEmpty =
            [reboot, warning, rebootDeadline, within].allSatisfy { $0 == nil } && deferrals == nil
            && rebootWindow.isEmpty && probe.isEmpty && service.isEmpty
        guard !isEmpty else { return nil }
        var care = Aftercare(reboot: mode)
        if let reboot {
            guard let named = RebootRule.Mode(rawValue: reboot) else {
                throw ValidationError("--reboot is one of never, ifNeeded, prompt.")
            }
            care.reboot = named
        }
        care.warningSeconds = try Self.seconds(warning, "--warning")
        care.deadlineSeconds = try Self.seconds(rebootDeadline, "--reboot-deadline")
        care.withinSeconds = try Self.seconds(within, "--within")
        care.deferrals = deferrals
        care.windows = rebootWindow.isEmpty ? nil : try rebootWindow.map(Self.window)
        care.probes = probe.isEmpty ? nil : probe
        care.services = service.isEmpty ? nil : service
        if let fault = care.fault { throw ValidationError(fault) }
        return care
    }

    private static func seconds(_ text: String?, _ option: String) throws -> Int64? {
        guard let text else { return nil }
        guard let span = TimeSpan(text) else {
            throw ValidationError("\(option) needs a time such as 90s, 15m, 2h or 3d.")
        }
        return span.seconds
    }

    private static func window(_ text: String) throws -> RebootWindow {
        let halves = text.split(separator: "/").map(String.init)
        guard halves.count == 2, let from = Timestamp(halves[0]), let until = Timestamp(halves[1])
        else { throw ValidationError("--reboot-window needs FROM/UNTIL, two instants (RFC 3339).") }
        return RebootWindow(from: from, until: until)
    }
}
