import Versions

/// A kernel's release as `uname -r` prints it, in its two parts: `6.12.48+deb13.1` and
/// `cloud-amd64`.
///
/// Only kernels of one flavour take each other's place: a machine with `amd64`, `rt-amd64` and
/// `cloud-amd64` installed boots the one that it boots, and of `rpi-v7` and `rpi-v8` a Raspberry Pi
/// has both installed and can run one.
struct KernelRelease: Hashable, Sendable {
    let text: String
    /// What is compared.
    let version: DebianVersion
    /// What must be the same.
    let flavour: String

    /// `nil` for names without a version, such as the `amd64` of the metapackage
    /// `linux-image-amd64`.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first?.utf8.first, (0x30...0x39).contains(first) else { return nil }
        let names = parts.dropFirst().firstIndex { part in
            guard let byte = part.utf8.first else { return false }
            return (0x61...0x7A).contains(byte | 0x20) && !part.hasPrefix("rc")
        }
        let versionParts = parts[..<(names ?? parts.endIndex)]
        guard let version = try? DebianVersion(versionParts.joined(separator: "-")) else {
            return nil
        }
        self.text = text
        self.version = version
        flavour = parts[(names ?? parts.endIndex)...].joined(separator: "-")
    }

    /// The release of which a package holds the kernel; `nil` when it holds none.
    init?(package name: String) {
        let prefixes = [
            "linux-image-unsigned-", "linux-image-", "proxmox-kernel-", "pve-kernel-",
        ]
        guard let prefix = prefixes.first(where: { name.hasPrefix($0) }) else { return nil }
        var release = name.dropFirst(prefix.count)
        for suffix in ["-unsigned", "-signed", "-dbg", "-dbgsym"] where release.hasSuffix(suffix) {
            // Debugging symbols are no kernel.
            if suffix.hasPrefix("-dbg") { return nil }
            release = release.dropLast(suffix.count)
        }
        self.init(String(release))
    }
}
