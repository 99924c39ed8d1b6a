package import Fleet
import SystemFiles
import ToolOutputs
import Trust

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads the facts of an endpoint from its files.
package struct SystemFacts: Sendable {
    /// The root folder, without a slash at its end; empty for this machine. What only a running
    /// system knows (kernel, boot, users, hardware) is left empty for another root, and never taken
    /// from the machine that looks.
    package let root: String

    /// Facts of the system in this folder; empty for this machine.
    package init(root: String) {
        self.root = root
    }

    /// The endpoint's facts; `architecture` is that of its packages.
    package func read(architecture: String) -> EndpointFacts {
        let kernel = KernelIdentity.running
        let isLive = root.isEmpty
        let name = hostname(kernel)
        let virtualization =
            isLive ? VirtualizationEvidence.read().virtualization : Virtualization()
        return EndpointFacts(
            hostname: name, os: operatingSystem, kernel: isLive ? kernel.release : "",
            bootId: isLive ? Files.line("/proc/sys/kernel/random/boot_id") ?? "" : "",
            timeZone: TimeZoneFact(root: root).name, architecture: architecture,
            hardware: isLive ? HardwareFacts.read() : Hardware(),
            virtualization: virtualization,
            power: isLive ? PowerFacts(folder: "/sys/class/power_supply").power : Power(),
            disks: DiskFacts(root: root).disks,
            usersLoggedIn: isLive ? UserSessions.read() : [], machineFingerprint: fingerprint,
            identity: IdentityFacts.read(
                root: root, hostname: name, isContainer: virtualization.isContainer),
            ownUpdaters: OwnUpdaters(root: root).read())
    }

    /// `/etc/os-release` before `/usr/lib/os-release`, as os-release(5) says.
    package var operatingSystem: OperatingSystem {
        let paths = ["\(root)/etc/os-release", "\(root)/usr/lib/os-release"]
        let bytes = paths.lazy.compactMap { Files.bytes($0, limit: OSReleaseFile.limit) }.first
        return OSReleaseFile(bytes ?? []).operatingSystem
    }

    private func hostname(_ kernel: KernelIdentity) -> String {
        if root.isEmpty, !kernel.machineName.isEmpty { return kernel.machineName }
        return Files.line("\(root)/etc/hostname") ?? ""
    }

    /// The machine's own identifier and the firmware's, hashed, since machine-id(5) asks that the
    /// plain one not be sent over a network.
    private var fingerprint: String? {
        guard let machine = Files.line("\(root)/etc/machine-id"), machine != "uninitialized" else {
            return nil
        }
        let firmware = root.isEmpty ? Files.line("/sys/class/dmi/id/product_uuid") ?? "" : ""
        return Digest.sha256Hex("patchbay machine v1\n\(machine)\n\(firmware)")
    }
}

/// What uname(2) says.
package struct KernelIdentity: Hashable, Sendable {
    /// The machine's name.
    package var machineName = ""
    /// Such as `6.1.0-50-amd64`.
    package var release = ""
    /// Such as `#1 SMP PREEMPT_DYNAMIC Debian 6.1.170-3 (2026-05-08)`.
    package var version = ""

    /// That of the running kernel.
    package static var running: KernelIdentity {
        var name = utsname()
        guard uname(&name) == 0 else { return KernelIdentity() }
        return KernelIdentity(
            machineName: text(name.nodename), release: text(name.release),
            version: text(name.version))
    }

    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// The endpoint's time zone.
public struct TimeZoneFact: Sendable {
    let root: String

    /// The zone of the system in this folder; empty for this machine.
    public init(root: String) {
        self.root = root
    }

    /// The IANA name: where `/etc/localtime` points (localtime(5)), else what `/etc/timezone` says
    /// (Debian), else `Etc/UTC`.
    public var name: String {
        if let target = Files.link("\(root)/etc/localtime"),
            let folder = target.firstRange(of: "zoneinfo/")
        {
            let name = String(target[folder.upperBound...])
            if Self.isPlausible(name) { return name }
        }
        if let name = Files.line("\(root)/etc/timezone"), Self.isPlausible(name) { return name }
        return "Etc/UTC"
    }

    private static func isPlausible(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64 && !name.hasPrefix("/") && !name.contains("..")
            && name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0) || "/_+-".utf8.contains($0)
            }
    }
}
