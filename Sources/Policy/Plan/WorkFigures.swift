public import Calendar
public import Fleet

/// How long installations are taken to be where no endpoint has learnt it yet.
public enum WorkFigures {
    /// Unpacking and configuring one package, in seconds: the median of Debian's security updates
    /// on small machines, twice over.
    private static let secondsForPackage: Int64 = 60
    /// Each further one of the same run, in seconds: the package manager reads its lists, and does
    /// what follows for all packages, once.
    private static let secondsForFurtherPackage: Int64 = 10
    /// Bytes a second of a download that has not been fetched ahead: a slow branch office.
    private static let bytesPerSecond: Int64 = 1_000_000
    /// What is kept back for a reboot, in seconds: ten minutes, as long as servers with much memory
    /// take to test it.
    public static let rebootReserveSeconds: Int64 = 600

    /// The estimate for one update; `reboots` says whether the endpoint may reboot afterwards.
    public static func estimate(_ update: Update, reboots: Bool) -> WorkEstimate {
        let bytes = min(max(0, update.bytes ?? 0), 1 << 40)
        return WorkEstimate(
            seconds: secondsForPackage + bytes / bytesPerSecond,
            rebootReserveSeconds: reboots ? rebootReserveSeconds : 0)
    }

    /// The estimate for an order that one run installs: so many updates, and their downloads
    /// together.
    public static func estimate(lines: Int, bytes: Int64, reboots: Bool) -> WorkEstimate {
        let further = Int64(min(max(0, lines - 1), 100_000))
        return WorkEstimate(
            seconds: secondsForPackage + further * secondsForFurtherPackage
                + min(max(0, bytes), 1 << 40) / bytesPerSecond,
            rebootReserveSeconds: reboots ? rebootReserveSeconds : 0)
    }

    /// Whether it needs a reboot: a kernel always does. Of others only the installation shows it,
    /// and the answer is `nil`.
    public static func needsReboot(_ update: Update) -> Bool? {
        let kernels = ["linux-image", "kernel-core", "kernel-default", "linux-lts", "linux-virt"]
        return kernels.contains { update.name.hasPrefix($0) } || update.name == "kernel"
            ? true : nil
    }
}
