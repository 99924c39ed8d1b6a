package import Fleet
import SystemFiles
import ToolOutputs

/// How much room an installation needs, and whether it is there.
package struct DiskNeed: Hashable, Sendable {
    /// What must stay free beyond the need, in bytes: dpkg keeps old and new files side by side for
    /// a moment, and its database grows.
    package static let reserve: Int64 = 32 * 1024 * 1024
    /// What a kernel with its initial file system takes on /boot when there is none to go by, in
    /// bytes.
    package static let usualKernel: Int64 = 92 * 1000 * 1000

    /// Bytes to download.
    package let download: Int64
    /// Bytes that the packages grow by when they are unpacked; negative when they shrink.
    package let growth: Int64
    /// How many kernels are newly put on /boot.
    package let kernels: Int

    /// A need that a tool tells by itself.
    package init(download: Int64, growth: Int64, kernels: Int) {
        self.download = download
        self.growth = growth
        self.kernels = kernels
    }

    /// Reads apt's plan: `Need to get 1,234 kB/5,678 kB of archives.` and `After this operation,
    /// 1024 GB of additional disk space will be used.`
    package init(plan: [UInt8], newPackages: [String]) {
        var download: Int64 = 0
        var growth: Int64 = 0
        TextLines.each(plan) { slice in
            guard slice.first == UInt8(ascii: "N") || slice.first == UInt8(ascii: "A") else {
                return
            }
            let line = String(decoding: slice, as: UTF8.self)
            let words = TextLines.words(line)
            if line.hasPrefix("Need to get "), words.count > 4 {
                let unit = words[4].split(separator: "/").first.map(String.init) ?? ""
                download = Self.bytes(words[3], unit)
            } else if line.hasPrefix("After this operation, "), words.count > 4 {
                let amount = Self.bytes(words[3], words[4])
                growth = line.contains("freed") ? -amount : amount
            }
        }
        self.download = download
        self.growth = growth
        kernels = newPackages.count {
            $0.hasPrefix("linux-image-")
                && $0.dropFirst("linux-image-".count).first?.isNumber == true
        }
    }

    /// What is missing, as a sentence; `nil` when there is room.
    package func shortage(on disks: [Disk], root: String) -> String? {
        var needs: [String: Int64] = [:]
        if download > 0 {
            needs[Self.disk(of: "/var/cache/apt/archives", disks), default: 0] += download
        }
        if growth > 0 { needs[Self.disk(of: "/usr", disks), default: 0] += growth }
        if kernels > 0 {
            let boot = Self.disk(of: "/boot", disks)
            needs[boot, default: 0] += Int64(kernels) * Self.kernelSize(root: root)
        }
        for (mount, need) in needs.sorted(by: { $0.key < $1.key }) {
            guard let disk = disks.first(where: { $0.mountPoint == mount }) else { continue }
            let reserve = mount.hasPrefix("/boot") ? 0 : min(Self.reserve, disk.totalBytes / 20)
            guard disk.freeBytes < need + reserve else { continue }
            return
                "\(mount) \(Self.text(disk.freeBytes)) free, \(Self.text(need + reserve)) needed."
        }
        return nil
    }

    /// The largest kernel that is there tells what the next one takes, since it brings the same
    /// kinds of files.
    private static func kernelSize(root: String) -> Int64 {
        var sizes: [String: Int64] = [:]
        for name in Files.names(in: "\(root)/boot") {
            for prefix in ["vmlinuz-", "initrd.img-", "System.map-", "config-"]
            where name.hasPrefix(prefix) {
                let size = Files.status("\(root)/boot/\(name)")?.size ?? 0
                sizes[String(name.dropFirst(prefix.count)), default: 0] += size
            }
        }
        return sizes.values.max() ?? usualKernel
    }

    /// The mount point of the file system that holds a folder.
    private static func disk(of folder: String, _ disks: [Disk]) -> String {
        disks.map(\.mountPoint).filter { $0 == "/" || folder == $0 || folder.hasPrefix("\($0)/") }
            .max { $0.count < $1.count } ?? "/"
    }

    /// apt counts in thousands: `B`, `kB`, `MB`, `GB`, `TB`, and separates them with commas.
    private static func bytes(_ number: String, _ unit: String) -> Int64 {
        let factors: [String: Double] = ["B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12]
        guard let value = Double(number.filter { $0 != "," }), let factor = factors[unit] else {
            return 0
        }
        return Int64(min(value * factor, 1e18))
    }

    private static func text(_ bytes: Int64) -> String {
        switch bytes {
        case ..<10_000_000: "\(bytes / 1000) kB"
        case ..<10_000_000_000: "\(bytes / 1_000_000) MB"
        default: "\(bytes / 1_000_000_000) GB"
        }
    }
}
