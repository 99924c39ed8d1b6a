import ArgumentParser
import Calendar
import CommandBasics
import Fleet
import Foundation
import Policy
import PolicyDocument

/// The policy files that a command is given.
struct PolicyFiles: ParsableArguments {
    @Argument(help: ArgumentHelp("Policy files.", valueName: "file"))
    var files: [String] = []

    /// The largest file that is looked at, in bytes; the reader itself refuses less.
    private static let limit = 16 * 1024 * 1024

    /// What the files hold.
    struct Reading {
        var policies: [PatchPolicy] = []
        var exceptions: [RiskException] = []
        var exceptionsByPolicy: [PolicyName: [RiskException]] = [:]
        var diagnostics: [Diagnostic] = []

        /// Whether nothing is an error.
        var isUsable: Bool { !diagnostics.contains { $0.severity == .error } }

        /// All policies, at one level: who inherits comes before whom it inherits.
        var placed: [PlacedPolicy] { policies.map { PlacedPolicy($0, at: .tenant) } }
    }

    /// Reads the files. Policies of one may inherit those of another.
    ///
    /// With `toleratesIdleLanes`, a lane that never runs again is a warning, as for questions about
    /// a policy whose last date has passed.
    ///
    /// `others` are files that stand elsewhere on the command line.
    func read(
        at now: Timestamp, toleratesIdleLanes: Bool = false, and others: [String] = []
    ) throws -> Reading {
        let files = files + others
        guard !files.isEmpty else {
            throw ValidationError("Give at least one policy file.")
        }
        return try Self.read(files, at: now, toleratesIdleLanes: toleratesIdleLanes)
    }

    /// Reads files by their names, with everything that a check finds.
    static func read(
        _ files: [String], at now: Timestamp, toleratesIdleLanes: Bool = false
    ) throws -> Reading {
        let contents = try files.map { try bytes(of: $0) }
        var surroundings = PolicyFile.Surroundings(
            now: now, toleratesIdleLanes: toleratesIdleLanes)
        if PolicyZones.arePresent {
            surroundings.isKnownZone = { PolicyZones.has($0) }
            surroundings.zoneNames = { PolicyZones.names }
        }
        if files.count > 1 {
            surroundings.others = zip(files, contents).flatMap { name, bytes in
                PolicyFile.read(bytes, named: name).policies
            }
        }
        var reading = Reading()
        var owners: [PolicyName: String] = [:]
        for (name, bytes) in zip(files, contents) {
            let file = PolicyFile.read(bytes, named: name, in: surroundings)
            reading.diagnostics += file.diagnostics + siteWindows(of: file, named: name)
            reading.policies += file.policies
            for policy in file.policies {
                if let owner = owners[policy.name], owner != name {
                    reading.diagnostics.append(
                        Diagnostic(
                            .error, file: name, line: 1, column: 1,
                            "the policy “\(policy.name)” stands in \(owner) too"))
                }
                owners[policy.name] = name
            }
            reading.exceptionsByPolicy.merge(file.exceptions) { first, _ in first }
        }
        reading.exceptions = reading.policies.flatMap {
            reading.exceptionsByPolicy[$0.name] ?? []
        }
        return reading
    }

    /// Reads the files for a command that goes on with them: warnings go to standard error, and
    /// errors end it.
    func readUsable(at now: Timestamp, and others: [String] = []) throws -> Reading {
        let reading = try read(at: now, toleratesIdleLanes: true, and: others)
        for diagnostic in reading.diagnostics { Terminal.writeError(diagnostic.description) }
        guard reading.isUsable else { throw ExitCode(Failure.Status.wrongUse.rawValue) }
        return reading
    }

    /// Windows that go by the zone of each endpoint's site: which that is, nobody can tell without
    /// the server.
    private static func siteWindows(of file: PolicyFile, named name: String) -> [Diagnostic] {
        file.policies.flatMap { policy in
            policy.windows.filter { $0.zone == .site }.map { window in
                let spot = file.spots[policy.name]?.windows[window.name]
                return Diagnostic(
                    .warning, file: name, line: spot?.line ?? 1, column: spot?.column ?? 1,
                    "when the window “\(window.name)” opens cannot be told without the site: “zone: "
                        + "site” is taken for the endpoint's own zone here (--zone says another)")
            }
        }
    }

    private static func bytes(of file: String) throws -> [UInt8] {
        guard let bytes = try PrivateFile.read(URL(filePath: file), limit: Self.limit) else {
            throw Failure(
                .wrongUse, "There is no file \(file).", nextStep: "Name a policy file.",
                code: "E_FILE")
        }
        return bytes
    }
}
