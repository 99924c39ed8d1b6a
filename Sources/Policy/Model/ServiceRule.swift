public import Fleet

/// Whether an endpoint restarts services that still run replaced code after an installation.
public struct ServiceRule: Hashable, Sendable, Codable {
    /// Whether.
    public enum Mode: String, Hashable, Sendable, Codable, CaseIterable {
        /// Each service that still runs replaced code, unless it must not be restarted.
        case needed
        /// None by Patchbay; they stay `pending restart`.
        case never
    }

    /// Whether.
    public var restart: Mode
    /// Units that are left alone, beside those that never are restarted (`UntouchableService`).
    public var never: [Glob]
    /// How long one service may take until it runs again.
    public var within: TimeSpan

    /// How long when the policy does not say: what systemd itself gives a service to start
    /// (`DefaultTimeoutStartSec`), and some time to stop.
    public static let usualWithin = TimeSpan.minutes(3)
    /// The most patterns of one policy: what a person can still read.
    public static let maximumPatterns = 256
    /// What holds when no policy says anything: a restart that nobody asked for does not happen.
    public static let none = ServiceRule(restart: .never)

    /// A rule.
    public init(restart: Mode, never: [Glob] = [], within: TimeSpan = usualWithin) {
        self.restart = restart
        self.never = never
        self.within = within
    }

    /// Why a unit is left alone by this rule, as a clause; `nil` when it may be restarted.
    public func reasonNotToRestart(_ unit: String) -> String? {
        if let reason = UntouchableService.reason(for: unit) { return reason }
        return never.first { $0.matches(unit) }.map { "the policy excludes \($0.pattern)" }
    }
}

/// Services that are never restarted, whatever a policy says: doing so would cost more than the
/// replaced code does, and a reboot in its window is the way.
public enum UntouchableService {
    /// A kind of service, and why it is left alone.
    public struct Kind: Hashable, Sendable {
        /// Patterns of unit names.
        public let patterns: [Glob]
        /// Why, as a clause.
        public let reason: String
    }

    /// Why a unit is left alone, as a clause; `nil` when it is none of these.
    public static func reason(for unit: String) -> String? {
        kinds.first { kind in kind.patterns.contains { $0.matches(unit) } }?.reason
    }

    /// All kinds. docs/restarts.md holds the same table; a test compares them.
    public static let kinds = [
        Kind(
            patterns: ["patchbay-agent*.service", "patchbay-self-update*.service"],
            reason: "it is the agent itself, which a restart would cut off"),
        Kind(
            patterns: ["dbus.service", "dbus-broker.service"],
            reason: "every program on the system bus would lose its connection"),
        Kind(
            patterns: [
                "systemd-logind.service", "elogind.service", "user@*.service",
                "user-runtime-dir@*.service", "getty@*.service", "serial-getty@*.service",
                "console-getty.service", "container-getty@*.service",
            ],
            reason: "people would lose their sessions"),
        Kind(
            patterns: [
                "display-manager.service", "gdm*.service", "sddm.service", "lightdm.service",
                "lxdm.service", "xdm.service", "slim.service", "greetd.service", "ly.service",
            ],
            reason: "people would lose their desktop with all that is open on it"),
        Kind(
            patterns: [
                "docker.service", "containerd.service", "crio.service", "kubelet.service",
                "k3s*.service", "rke2*.service", "podman*.service", "lxc*.service",
                "incus*.service",
                "snap.lxd*.service", "systemd-nspawn@*.service",
            ],
            reason: "containers run on it"),
        Kind(
            patterns: [
                "libvirtd.service", "libvirt-guests.service", "virt*d.service", "xen*.service",
                "qemu*.service", "pve*.service", "qmeventd.service",
            ],
            reason: "virtual machines run on it"),
        Kind(
            patterns: [
                "NetworkManager.service", "ModemManager.service", "systemd-networkd.service",
                "networking.service", "ifup@*.service", "wpa_supplicant*.service", "iwd.service",
                "dhcpcd*.service", "openvpn*.service", "wg-quick@*.service", "strongswan*.service",
                "ipsec.service", "frr.service", "bird*.service", "keepalived.service",
                "connman.service", "openvswitch*.service", "ovs-vswitchd.service",
                "ovsdb-server.service",
            ],
            reason: "the endpoint could lose its network"),
        Kind(
            patterns: [
                "multipathd.service", "iscsid.service", "open-iscsi.service", "iscsi.service",
                "dm-event.service", "lvm2-*.service", "mdmonitor.service", "drbd*.service",
                "ceph*.service", "gluster*.service", "zfs-*.service",
            ],
            reason: "file systems that are in use depend on it"),
        Kind(
            patterns: ["corosync.service", "pacemaker.service", "patroni*.service"],
            reason: "a cluster would take it for a failure and move its work elsewhere"),
        Kind(
            patterns: [
                "packagekit.service", "apt-daily*.service", "unattended-upgrades.service",
                "dnf-automatic*.service", "dnf-system-upgrade*.service", "packagekit-*.service",
                "snapd.service",
            ],
            reason: "it may be changing packages"),
        Kind(patterns: ["fwupd.service"], reason: "it may be writing firmware"),
        Kind(
            patterns: ["emergency.service", "rescue.service", "systemd-fsck*.service"],
            reason: "it is at work only when the system is in trouble"),
    ]
}
