package import Fleet
import SystemFiles

/// Space on the file systems that patching writes to.
package struct DiskFacts: Sendable {
    package let root: String

    /// The disks of the system in this folder; empty for this machine.
    package init(root: String) {
        self.root = root
    }

    /// Packages unpack to `/`, `/usr` and `/opt`, kernels go to `/boot` and `/boot/efi`, databases
    /// and downloads to `/var`.
    private static let folders = [
        "/", "/boot", "/boot/efi", "/opt", "/tmp", "/usr", "/var", "/var/cache/apt/archives",
        "/var/lib/dpkg",
    ]

    /// Each file system once, by its mount point, sorted.
    package var disks: [Disk] {
        var seen: Set<UInt64> = []
        var disks: [Disk] = []
        for folder in Self.folders {
            let path = root.isEmpty ? folder : "\(root)\(folder)"
            guard let status = Files.status(path), seen.insert(status.device).inserted,
                let space = Files.space(at: path)
            else { continue }
            let mount = root.isEmpty ? Self.mountPoint(of: folder, device: status.device) : folder
            disks.append(Disk(mountPoint: mount, freeBytes: space.free, totalBytes: space.total))
        }
        return disks.sorted { $0.mountPoint < $1.mountPoint }
    }

    /// The highest folder above that is on the same device.
    private static func mountPoint(of folder: String, device: UInt64) -> String {
        var current = folder
        while current != "/" {
            let cut = current.lastIndex(of: "/") ?? current.startIndex
            let parent = cut == current.startIndex ? "/" : String(current[..<cut])
            guard Files.status(parent)?.device == device else { return current }
            current = parent
        }
        return current
    }
}
