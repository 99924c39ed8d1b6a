public import Fleet
public import Forensics
public import Health
public import Readiness
public import Verdicts

/// What must hold on an endpoint before anything is installed.
public struct Preconditions: Hashable, Sendable, Codable {
    /// Whether a snapshot is taken before.
    public enum Snapshot: String, Hashable, Sendable, Codable, CaseIterable {
        /// No.
        case none
        /// Where the endpoint can take one.
        case preferred
        /// Always: without one nothing is installed.
        case required
    }

    /// Whether a snapshot is taken before.
    public var snapshot: Snapshot
    /// The oldest backup that will do; `nil` when backups do not matter.
    public var backupAge: TimeSpan?
    /// The ring that must have verified the version on the same stack; `nil` when none must.
    public var passed: RingPass?
    /// What the endpoint must be like when it begins; `nil` when that does not matter.
    public var ready: ReadinessRule?
    /// Whether evidence is taken before; `nil` for what is usual.
    public var evidence: EvidenceRule?

    /// Preconditions.
    public init(
        snapshot: Snapshot = .none, backupAge: TimeSpan? = nil, passed: RingPass? = nil,
        ready: ReadinessRule? = nil, evidence: EvidenceRule? = nil
    ) {
        self.ready = ready
        self.evidence = evidence
        self.passed = passed
        self.snapshot = snapshot
        self.backupAge = backupAge
    }
}

/// What must hold on an endpoint after an installation, for it to count as healthy.
public struct HealthCheck: Hashable, Sendable, Codable {
    /// The probes; all of them must pass.
    public var probes: [HealthProbe]
    /// How long the endpoint has to pass them, from the end of the installation or its reboot.
    public var within: TimeSpan

    /// How long when the policy does not say.
    public static let usualWithin = TimeSpan.minutes(10)
    /// The most probes of one policy: they run on every endpoint after every installation.
    public static let maximumProbes = 32

    /// A health check.
    public init(probes: [HealthProbe], within: TimeSpan = usualWithin) {
        self.probes = probes
        self.within = within
    }
}

/// One question to an endpoint: is it as it should be.
public enum HealthProbe: Hashable, Sendable, Codable {
    /// A systemd unit is active.
    case unit(String)
    /// Something on the endpoint itself accepts connections on this TCP port.
    case tcp(port: UInt16)
    /// A GET of this address answers with a status from 200 to 399.
    case http(String)
    /// A process of this name runs.
    case process(String)
    /// A signed script of this name ends with status 0.
    case script(String)
    /// A figure that has not risen too far over what it was before the installation.
    case measure(HealthMeasure)
}
