import Fleet
import Foundation
import SystemFiles
import TestSupport
import Testing

@testable import PackageManagers

struct FactTests {
    @Test func `a user's session is told from a boot record in utmp`() {
        func record(type: UInt8, user: String) -> [UInt8] {
            var record = [UInt8](repeating: 0, count: 384)
            record[0] = type
            for (index, byte) in user.utf8.enumerated() { record[44 + index] = byte }
            return record
        }
        let bytes =
            record(type: 2, user: "reboot") + record(type: 7, user: "anna")
            + record(type: 8, user: "gone")
            + record(type: 7, user: "anna") + [1, 2, 3]
        #expect(UserSessions.names(inRecords: bytes) == ["anna", "anna"])
        #expect(UserSessions.names(inRecords: []).isEmpty)
    }

    @Test(arguments: [
        ("UID=1000\nUSER=anna\nSTATE=active\nCLASS=user\n", "anna"),
        ("USER=gdm\nSTATE=online\nCLASS=greeter\n", nil),
        ("USER=anna\nSTATE=closing\nCLASS=user\n", nil), ("", nil),
    ])
    func `a session of logind counts while it is a user's and open`(text: String, name: String?) {
        #expect(UserSessions.name(inSession: Array(text.utf8)) == name)
    }

    @Test(arguments: [
        (VirtualizationEvidence(), "none", false),
        (VirtualizationEvidence(declaredContainer: "lxc"), "lxc", true),
        (VirtualizationEvidence(declaredContainer: "systemd-nspawn"), "systemd-nspawn", true),
        (VirtualizationEvidence(hasDockerFile: true), "docker", true),
        (VirtualizationEvidence(hasPodmanFile: true), "podman", true),
        (VirtualizationEvidence(isInsideOpenVZ: true), "openvz", true),
        (VirtualizationEvidence(controlGroup: "0::/lxc/101/ns"), "lxc", true),
        (VirtualizationEvidence(controlGroup: "4:cpu:/docker/0a1b"), "docker", true),
        (VirtualizationEvidence(controlGroup: "0::/init.scope"), "none", false),
        (VirtualizationEvidence(kernel: "5.15.153.1-microsoft-standard-WSL2"), "wsl", true),
        (VirtualizationEvidence(firmware: "VMware, Inc.\nVMware7,1"), "vmware", false),
        (
            VirtualizationEvidence(firmware: "Microsoft Corporation\nVirtual Machine"), "microsoft",
            false
        ),
        (VirtualizationEvidence(firmware: "Microsoft Corporation\nSurface Pro"), "none", false),
        (
            VirtualizationEvidence(firmware: "QEMU\nStandard PC", hasHypervisorFlag: true), "kvm",
            false
        ),
        (VirtualizationEvidence(firmware: "QEMU\nStandard PC"), "qemu", false),
        (VirtualizationEvidence(firmware: "Amazon EC2\nt3.small"), "amazon", false),
        (VirtualizationEvidence(hasHypervisorFlag: true), "vm-other", false),
        (VirtualizationEvidence(firmware: "Dell Inc.\nOptiPlex"), "none", false),
        (VirtualizationEvidence(hypervisor: "xen"), "xen", false),
        (VirtualizationEvidence(declaredContainer: "lxc", firmware: "QEMU"), "lxc", true),
    ])
    func `a container is told from a virtual machine`(
        evidence: VirtualizationEvidence, kind: String, isContainer: Bool
    ) {
        #expect(evidence.virtualization == Virtualization(kind: kind, isContainer: isContainer))
    }

    @Test func `processors and memory are read in the kernel's words`() {
        let text =
            "processor\t: 0\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel name\t: AMD EPYC\n"
        let processors = HardwareFacts.processors(Array(text.utf8))
        #expect(processors.count == 2 && processors.name == "AMD EPYC")
        #expect(
            HardwareFacts.memory(Array("MemTotal:       24683116 kB\nMemFree: 1 kB\n".utf8))
                == 24_683_116 * 1024)
        #expect(HardwareFacts.memory(Array("MemTotal: much\n".utf8)) == 0)
    }

    private static let supplies: [(files: String, power: Power)] = [
        (
            "BAT0/type=Battery BAT0/status=Discharging BAT0/capacity=41",
            Power(onMains: false, batteryPercent: 41)
        ),
        (
            "BAT0/type=Battery BAT0/status=Charging BAT0/capacity=80 AC/type=Mains AC/online=1",
            Power(onMains: true, batteryPercent: 80)
        ),
        (
            "BAT0/type=Battery BAT0/status=Discharging BAT0/capacity=9 AC/type=Mains AC/online=0",
            Power(onMains: false, batteryPercent: 9)
        ),
        (
            "mouse/type=Battery mouse/status=Discharging mouse/capacity=5 mouse/scope=Device",
            Power(onMains: true, batteryPercent: nil)
        ),
        ("", Power(onMains: true, batteryPercent: nil)),
    ]

    @Test(arguments: supplies)
    func `only a machine's own battery counts`(files: String, power: Power) throws {
        try withTemporaryFolder { folder in
            for assignment in files.split(separator: " ") {
                let parts = assignment.split(separator: "=")
                let file = folder.appending(path: String(parts[0]))
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data("\(parts[1])\n".utf8).write(to: file)
            }
            #expect(PowerFacts(folder: folder.path).power == power)
        }
    }

    @Test(arguments: [
        ("/usr/share/zoneinfo/Europe/Berlin", nil, "Europe/Berlin"),
        (nil, "America/New_York\n", "America/New_York"),
        ("../usr/share/zoneinfo/UTC", nil, "UTC"), (nil, nil, "Etc/UTC"),
        (nil, "../../etc/passwd", "Etc/UTC"),
        (nil, "not a zone", "Etc/UTC"),
    ])
    func `the time zone is the link's, else the file's, else UTC`(
        link: String?, file: String?, zone: String
    ) throws {
        try withTemporaryFolder { folder in
            let etc = folder.appending(path: "etc")
            try FileManager.default.createDirectory(at: etc, withIntermediateDirectories: true)
            if let link {
                try FileManager.default.createSymbolicLink(
                    atPath: etc.appending(path: "localtime").path, withDestinationPath: link)
            }
            if let file { try Data(file.utf8).write(to: etc.appending(path: "timezone")) }
            #expect(TimeZoneFact(root: folder.path).name == zone)
        }
    }

    @Test func `this machine's facts make sense`() {
        let facts = SystemFacts(root: "").read(architecture: "amd64")
        #expect(!facts.hostname.isEmpty && !facts.kernel.isEmpty && facts.bootId.count == 36)
        #expect(facts.hardware.processorCount > 0 && facts.hardware.memoryBytes > 1 << 20)
        #expect(
            facts.disks.contains { $0.mountPoint == "/" && $0.totalBytes > 0 && $0.freeBytes >= 0 })
        #expect(Set(facts.disks.map(\.mountPoint)).count == facts.disks.count)
    }

    @Test(arguments: [
        ("web-1.example.org", "", "web-1.example.org"),
        ("web-1", "127.0.1.1 web-1.example.org web-1\n", "web-1.example.org"),
        (
            "WEB-1", "# 127.0.1.1 web-1.no.example web-1\n127.0.1.1\tWeb-1.Example.org WEB-1 # x\n",
            "web-1.example.org"
        ),
        ("web-1", "127.0.1.1 web-1 web-1.example.org\n", "web-1.example.org"),
        ("web-1", "127.0.1.1 other.example.org web-1\n", nil),
        ("web-1", "127.0.0.1 localhost web-1\n", nil), ("web-1", "", nil), ("", "::1 a.b\n", nil),
        ("web-1", "127.0.1.1 web-11.example.org web-11\n", nil),
    ])
    func `a full name is the machine's own, or stands beside it in the table of hosts`(
        hostname: String, hosts: String, name: String?
    ) {
        #expect(IdentityFacts.fullName(of: hostname, hosts: Array(hosts.utf8)) == name)
    }

    @Test func `temporary addresses are left out`() throws {
        let table = """
            20010db8000000000000000000000001 02 40 00 80     eth0
            20010db8000000000000000000000002 02 40 00 01     eth0
            20010db8000000000000000000000003 02 40 00 20     eth0
            junk 02 40 00 01 eth0
            """
        let found = NetworkInterfaces.temporary(inTable: Array(table.utf8))
        #expect(found.map(\.description).sorted() == ["2001:db8::2", "2001:db8::3"])
    }

    @Test func `another root's identity tells nothing of this machine`() throws {
        try withTemporaryFolder { folder in
            let facts = SystemFacts(root: folder.path).read(architecture: "")
            #expect(facts.identity == nil)
        }
        let own = SystemFacts(root: "").read(architecture: "").identity
        #expect(own?.plain == own)
    }

    @Test
    func `the fingerprint is a digest, and clones of a template without an identifier have none`()
        throws
    {
        try withTemporaryFolder { folder in
            let etc = folder.appending(path: "etc")
            try FileManager.default.createDirectory(at: etc, withIntermediateDirectories: true)
            let file = etc.appending(path: "machine-id")
            try Data("uninitialized\n".utf8).write(to: file)
            #expect(SystemFacts(root: folder.path).read(architecture: "").machineFingerprint == nil)
            try Data("0123\n".utf8).write(to: file)
            let fingerprint = SystemFacts(root: folder.path).read(architecture: "")
                .machineFingerprint
            #expect(fingerprint?.count == 64 && fingerprint?.contains("0123") == false)
        }
    }
}
