/// What is known of an endpoint itself: who it is, what it runs, what it stands on.
public struct EndpointFacts: Hashable, Sendable, Codable {
    /// The name that the machine calls itself.
    public var hostname: String
    /// The operating system, from os-release(5).
    public var os: OperatingSystem
    /// The release of the running kernel, as `uname -r` prints it. In a container it is the kernel
    /// of the machine below.
    public var kernel: String
    /// Changes at every boot, and only then; uptime is no substitute, since in a container it is
    /// the machine's below.
    public var bootId: String
    /// The IANA name of the time zone, such as `Europe/Berlin`; `Etc/UTC` when none is set.
    public var timeZone: String
    /// The architecture as the package manager names it, such as `amd64`.
    public var architecture: String
    /// Processor, memory, model.
    public var hardware: Hardware
    /// What the system runs in.
    public var virtualization: Virtualization
    /// Mains or battery.
    public var power: Power
    /// Space on the file systems that patching writes to.
    public var disks: [Disk]
    /// Names of the users with a session open; sorted, without duplicates.
    public var usersLoggedIn: [String]
    /// A hash of the machine's own identifier, which tells a clone from the original; `nil` where
    /// there is none.
    public var machineFingerprint: String?
    /// What others know it by; `nil` from agents that do not tell it.
    public var identity: MachineIdentity?
    /// The way of package downloads; `nil` where it is not known.
    public var downloads: DownloadFacts?
    /// How it stands with the endpoint's backup; `nil` where neither a command nor a policy speaks
    /// of one.
    public var backup: BackupFacts?
    /// The packages that are not the distribution's, by their sources; `nil` where that is not
    /// known.
    public var foreignPackages: [ForeignPackages]?
    /// The programs that install updates by themselves; `nil` from agents that do not tell it.
    public var ownUpdaters: [OwnUpdater]?

    /// The facts of one endpoint.
    public init(
        hostname: String, os: OperatingSystem, kernel: String, bootId: String, timeZone: String,
        architecture: String, hardware: Hardware = Hardware(),
        virtualization: Virtualization = Virtualization(),
        power: Power = Power(), disks: [Disk] = [], usersLoggedIn: [String] = [],
        machineFingerprint: String? = nil, identity: MachineIdentity? = nil,
        downloads: DownloadFacts? = nil, backup: BackupFacts? = nil,
        foreignPackages: [ForeignPackages]? = nil, ownUpdaters: [OwnUpdater]? = nil
    ) {
        self.ownUpdaters = ownUpdaters
        self.foreignPackages = foreignPackages
        self.downloads = downloads
        self.backup = backup
        self.hostname = hostname
        self.os = os
        self.kernel = kernel
        self.bootId = bootId
        self.timeZone = timeZone
        self.architecture = architecture
        self.hardware = hardware
        self.virtualization = virtualization
        self.power = power
        self.disks = disks
        self.usersLoggedIn = usersLoggedIn
        self.machineFingerprint = machineFingerprint
        self.identity = identity
    }
}

/// The way of an endpoint's package downloads.
public struct DownloadFacts: Hashable, Sendable, Codable {
    /// The proxy or cache that packages come through, without passwords; `nil` for straight from
    /// the source.
    public var proxy: String?
    /// What says so, such as `apt's configuration`; `nil` without a proxy.
    public var toldBy: String?

    /// The way of downloads.
    public init(proxy: String? = nil, toldBy: String? = nil) {
        self.proxy = proxy
        self.toldBy = toldBy
    }
}

/// How it stands with an endpoint's backup, by the commands that its administrator has named.
public struct BackupFacts: Hashable, Sendable, Codable {
    /// When the last one was made; `nil` where that is not known.
    public var lastAt: Timestamp?
    /// The name of the command that says so.
    public var toldBy: String?
    /// Why it is not known, in one sentence.
    public var problem: String?
    /// Whether it is older than the endpoint's signed policy lets pass before an installation, or
    /// not known; `nil` where no policy asks.
    public var isTooOld: Bool?

    /// How it stands.
    public init(
        lastAt: Timestamp? = nil, toldBy: String? = nil, problem: String? = nil,
        isTooOld: Bool? = nil
    ) {
        self.lastAt = lastAt
        self.toldBy = toldBy
        self.problem = problem
        self.isTooOld = isTooOld
    }
}

/// An operating system as os-release(5) names it.
public struct OperatingSystem: Hashable, Sendable, Codable {
    /// `ID`, such as `debian`.
    public var id: String
    /// `VERSION_ID`, such as `12`; empty where the system has none (Debian's testing and unstable).
    public var versionId: String
    /// `PRETTY_NAME`.
    public var name: String
    /// `VERSION_CODENAME`, such as `bookworm`.
    public var codename: String?
    /// `ID_LIKE`, split at its spaces: the systems that this one resembles, nearest first.
    public var idLike: [String]

    /// An operating system.
    public init(
        id: String, versionId: String, name: String, codename: String? = nil, idLike: [String] = []
    ) {
        self.id = id
        self.versionId = versionId
        self.name = name
        self.codename = codename
        self.idLike = idLike
    }
}

/// Processor, memory and model.
public struct Hardware: Hashable, Sendable, Codable {
    /// The processor's model name.
    public var processor: String?
    /// How many processors the system sees.
    public var processorCount: Int
    /// Memory in bytes.
    public var memoryBytes: Int64
    /// Vendor and product as the firmware names them.
    public var model: String?

    /// Hardware; zero stands for not known.
    public init(
        processor: String? = nil, processorCount: Int = 0, memoryBytes: Int64 = 0,
        model: String? = nil
    ) {
        self.processor = processor
        self.processorCount = processorCount
        self.memoryBytes = memoryBytes
        self.model = model
    }
}

/// What a system runs in.
public struct Virtualization: Hashable, Sendable, Codable {
    /// The names of systemd-detect-virt(1), such as `kvm`, `docker`, `lxc`, `systemd-nspawn`;
    /// `none` on bare metal.
    public var kind: String
    /// Whether it is a container, which shares the kernel of the machine below and so never needs
    /// to reboot for one.
    public var isContainer: Bool

    /// What a system runs in.
    public init(kind: String = "none", isContainer: Bool = false) {
        self.kind = kind
        self.isContainer = isContainer
    }
}

/// Mains or battery.
public struct Power: Hashable, Sendable, Codable {
    /// `false` only when the system says that it runs on battery.
    public var onMains: Bool
    /// Charge in percent; `nil` without a battery.
    public var batteryPercent: Int?

    /// Mains or battery.
    public init(onMains: Bool = true, batteryPercent: Int? = nil) {
        self.onMains = onMains
        self.batteryPercent = batteryPercent
    }
}

/// Space on one file system.
public struct Disk: Hashable, Sendable, Codable {
    /// Where it is mounted.
    public var mountPoint: String
    /// Bytes that a process without privileges may still write.
    public var freeBytes: Int64
    /// Its size in bytes.
    public var totalBytes: Int64

    /// Space on one file system.
    public init(mountPoint: String, freeBytes: Int64, totalBytes: Int64) {
        self.mountPoint = mountPoint
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
    }
}
