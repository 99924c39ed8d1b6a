import Fleet
import SystemFiles

/// What tells a container or a virtual machine from bare metal. The names are those of
/// systemd-detect-virt(1).
struct VirtualizationEvidence: Hashable, Sendable {
    /// `/run/systemd/container`, else `container=` in the environment of process 1.
    var declaredContainer: String?
    /// Whether `/.dockerenv` exists.
    var hasDockerFile = false
    /// Whether `/run/.containerenv` exists (podman).
    var hasPodmanFile = false
    /// Whether `/proc/vz` exists and `/proc/bc` does not: inside OpenVZ, not on the machine that
    /// carries it.
    var isInsideOpenVZ = false
    /// `/proc/1/cgroup`.
    var controlGroup = ""
    /// `/proc/sys/kernel/osrelease`.
    var kernel = ""
    /// Vendor, product and board as the firmware names them.
    var firmware = ""
    /// `/sys/hypervisor/type`.
    var hypervisor: String?
    /// Whether `/proc/cpuinfo` has the flag that a hypervisor sets.
    var hasHypervisorFlag = false

    /// The evidence on this machine.
    static func read() -> VirtualizationEvidence {
        var evidence = VirtualizationEvidence()
        evidence.declaredContainer = Files.line("/run/systemd/container") ?? environmentOfInit()
        evidence.hasDockerFile = Files.exists("/.dockerenv")
        evidence.hasPodmanFile = Files.exists("/run/.containerenv")
        evidence.isInsideOpenVZ = Files.exists("/proc/vz") && !Files.exists("/proc/bc")
        evidence.controlGroup = Files.line("/proc/1/cgroup") ?? ""
        evidence.kernel = Files.line("/proc/sys/kernel/osrelease") ?? ""
        let dmi = ["sys_vendor", "product_name", "board_vendor", "bios_vendor"]
        evidence.firmware = dmi.compactMap { Files.line("/sys/class/dmi/id/\($0)") }.joined(
            separator: "\n")
        evidence.hypervisor = Files.line("/sys/hypervisor/type")
        let processor = Files.bytes("/proc/cpuinfo", limit: 16_384) ?? []
        evidence.hasHypervisorFlag = String(decoding: processor, as: UTF8.self).contains(
            " hypervisor")
        return evidence
    }

    private static func environmentOfInit() -> String? {
        let bytes = Files.bytes("/proc/1/environ", limit: 65_536) ?? []
        let key = "container="
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            .first { $0.hasPrefix(key) }.map { String($0.dropFirst(key.count)) }
    }

    /// What the evidence says; a container inside a virtual machine is a container.
    var virtualization: Virtualization {
        if let container { return Virtualization(kind: container, isContainer: true) }
        return Virtualization(kind: machine ?? "none", isContainer: false)
    }

    private var container: String? {
        if let declaredContainer, !declaredContainer.isEmpty { return declaredContainer }
        if hasPodmanFile { return "podman" }
        if hasDockerFile { return "docker" }
        if isInsideOpenVZ { return "openvz" }
        if kernel.contains("icrosoft") || kernel.contains("WSL") { return "wsl" }
        for (mark, kind) in [
            ("docker", "docker"), ("libpod", "podman"), ("kubepods", "docker"), ("/lxc", "lxc"),
        ] where controlGroup.contains(mark) {
            return kind
        }
        return nil
    }

    private var machine: String? {
        let marks = [
            ("VMware", "vmware"), ("VirtualBox", "oracle"), ("innotek", "oracle"),
            ("Amazon EC2", "amazon"),
            ("Google Compute Engine", "google"), ("Parallels", "parallels"), ("BHYVE", "bhyve"),
            ("KVM", "kvm"), ("OpenStack", "kvm"), ("Virtual Machine", "microsoft"), ("Xen", "xen"),
            ("QEMU", hasHypervisorFlag ? "kvm" : "qemu"),
        ]
        if let known = marks.first(where: { firmware.contains($0.0) }) { return known.1 }
        if let hypervisor { return hypervisor }
        return hasHypervisorFlag ? "vm-other" : nil
    }
}
