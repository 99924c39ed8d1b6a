import Fleet
import Testing

@testable import PackageManagers

struct RebootTests {
    private static func kernel(
        _ release: String, package: String? = nil, version: String = "1", bootable: Bool = true
    )
        throws -> RebootEvidence.Kernel
    {
        RebootEvidence.Kernel(
            package: package ?? "linux-image-\(release)", packageVersion: version,
            release: try #require(KernelRelease(release)), isBootable: bootable)
    }

    private func state(
        running: String, kernels: [String], build: String = "", container: Bool = false,
        request: [String]? = nil
    ) throws -> RebootState {
        var evidence = RebootEvidence()
        evidence.running = KernelIdentity(machineName: "e", release: running, version: build)
        evidence.kernels = try kernels.map { try Self.kernel($0) }
        evidence.virtualization = Virtualization(
            kind: container ? "lxc" : "none", isContainer: container)
        evidence.hasRequestFile = request != nil
        evidence.requesters = request ?? []
        return evidence.state
    }

    @Test(arguments: [
        // A new kernel of the same flavour.
        ("6.1.0-50-amd64", ["6.1.0-50-amd64", "6.1.0-56-amd64"], true),
        ("6.1.0-56-amd64", ["6.1.0-50-amd64", "6.1.0-56-amd64"], false),
        // Compared as numbers, not as text.
        ("6.1.0-9-amd64", ["6.1.0-9-amd64", "6.1.0-10-amd64"], true),
        ("6.1.0-10-amd64", ["6.1.0-9-amd64", "6.1.0-10-amd64"], false),
        // The suffix of a point release.
        ("6.12.48+deb13-amd64", ["6.12.48+deb13-amd64", "6.12.48+deb13.1-amd64"], true),
        ("6.12.48+deb13.1-amd64", ["6.12.48+deb13-amd64", "6.12.48+deb13.1-amd64"], false),
        // Other flavours do not take the running one's place.
        ("6.1.0-50-amd64", ["6.1.0-50-amd64", "6.1.0-56-cloud-amd64", "6.1.0-56-rt-amd64"], false),
        ("6.1.0-50-cloud-amd64", ["6.1.0-50-cloud-amd64", "6.1.0-56-cloud-amd64"], true),
        ("6.1.0-50-rt-amd64", ["6.1.0-50-rt-amd64", "6.1.0-56-amd64"], false),
        // A Raspberry Pi has kernels for two processors installed.
        ("6.12.25+rpt-rpi-v7", ["6.12.25+rpt-rpi-v7", "6.12.25+rpt-rpi-v8"], false),
        ("6.12.25+rpt-rpi-v8", ["6.12.25+rpt-rpi-v8", "6.12.34+rpt-rpi-v7"], false),
        ("6.12.25+rpt-rpi-v8", ["6.12.25+rpt-rpi-v8", "6.12.34+rpt-rpi-v8"], true),
        ("6.6.51+rpt-rpi-2712", ["6.6.51+rpt-rpi-2712", "6.12.34+rpt-rpi-v8"], false),
        // Ubuntu; a kernel that no package brought; none installed.
        ("5.15.0-91-generic", ["5.15.0-91-generic", "5.15.0-101-generic"], true),
        ("6.18.44-fc-v657", ["6.1.0-56-amd64"], false), ("6.1.0-50-amd64", [], false),
    ])
    func `a newer kernel of the running flavour asks for a reboot`(
        running: String, kernels: [String], isRequired: Bool
    ) throws {
        let state = try state(running: running, kernels: kernels)
        #expect(state.required == isRequired, "\(state.signals)")
    }

    @Test(arguments: [
        "linux-image-amd64", "linux-image-virtual", "linux-image-generic",
        "linux-image-cloud-amd64",
        "linux-image-rt-amd64", "linux-image-6.1.0-50-amd64-dbg", "linux-headers-6.1.0-56-amd64",
        "linux-base",
        "raspi-firmware", "linux-image-rpi-v8",
    ])
    func `a package without a kernel in it is no kernel`(name: String) {
        #expect(KernelRelease(package: name) == nil)
    }

    @Test(arguments: [
        ("linux-image-6.1.0-56-amd64", "6.1.0-56-amd64", "amd64"),
        ("linux-image-6.1.0-56-amd64-unsigned", "6.1.0-56-amd64", "amd64"),
        ("linux-image-unsigned-5.15.0-91-generic", "5.15.0-91-generic", "generic"),
        ("proxmox-kernel-6.8.12-1-pve-signed", "6.8.12-1-pve", "pve"),
    ])
    func `the release is in the package's name`(name: String, release: String, flavour: String)
        throws
    {
        let kernel = try #require(KernelRelease(package: name))
        #expect(kernel.text == release && kernel.flavour == flavour)
    }

    @Test func `a container never asks for a kernel`() throws {
        let kernels = ["6.1.0-50-amd64", "6.1.0-56-amd64"]
        let plain = try state(running: "6.1.0-50-amd64", kernels: kernels, container: true)
        #expect(!plain.required)
        let asked = try state(
            running: "6.1.0-50-amd64", kernels: kernels, container: true,
            request: ["linux-image-6.1.0-56-amd64"])
        #expect(!asked.required)
        let library = try state(
            running: "6.1.0-50-amd64", kernels: [], container: true,
            request: ["linux-image-6.1.0-56-amd64", "libc6"])
        #expect(library.signals.map(\.kind) == [.rebootRequiredFile])
    }

    @Test func `a kernel without its file in /boot cannot be booted into`() throws {
        var evidence = RebootEvidence()
        evidence.running = KernelIdentity(release: "6.1.0-50-amd64")
        evidence.kernels = [try Self.kernel("6.1.0-56-amd64", bootable: false)]
        #expect(!evidence.state.required)
    }

    @Test func `a kernel that was built again under the same release asks for a reboot`() throws {
        var evidence = RebootEvidence()
        evidence.running = KernelIdentity(
            release: "6.12.48+deb13-amd64",
            version: "#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1 (2026-09-20)")
        evidence.kernels = [try Self.kernel("6.12.48+deb13-amd64", version: "6.12.48-1")]
        #expect(!evidence.state.required)
        evidence.kernels = [try Self.kernel("6.12.48+deb13-amd64", version: "6.12.48-2")]
        #expect(evidence.state.signals.map(\.kind) == [.newerKernelInstalled])
    }

    @Test func `the signal names who asked`() throws {
        let state = try state(running: "6.1.0-50-amd64", kernels: [], request: ["dbus", "libc6"])
        #expect(state.signals.first?.detail == "/run/reboot-required: dbus, libc6")
    }
}

struct ProcessTests {
    private func files(_ lines: [String]) -> [String] {
        MemoryMaps.replacedFiles(Array(lines.joined(separator: "\n").utf8), limit: 8)
    }

    @Test(arguments: [
        (
            "7f-80 r-xp 00000000 fe:00 1  /usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)",
            "/usr/lib/x86_64-linux-gnu/libssl.so.3"
        ),
        ("55-56 r-xp 00000000 fe:00 2  /usr/sbin/nginx (deleted)", "/usr/sbin/nginx"),
        ("55-56 r--p 00000000 fe:00 2  /lib/libc.so.6 (deleted)", "/lib/libc.so.6"),
        ("55-56 r-xp 00000000 fe:00 2  /opt/a program/run (deleted)", "/opt/a program/run"),
    ])
    func `a replaced program file asks for a restart`(line: String, file: String) {
        #expect(files([line]) == [file])
    }

    @Test(arguments: [
        "7f-80 r-xp 0 fe:00 1  /usr/lib/libssl.so.3", "7f-80 rw-s 0 00:01 9  /memfd:x (deleted)",
        "7f-80 rw-s 0 00:01 9  /dev/shm/pg (deleted)",
        "7f-80 rw-s 0 00:01 9  /SYSV00000000 (deleted)",
        "7f-80 r-xp 0 00:01 9  /tmp/jit (deleted)",
        "7f-80 r--p 0 fe:00 1  /usr/lib/locale/locale-archive (deleted)",
        "7f-80 r--s 0 fe:00 1  /usr/share/mime/mime.cache (deleted)", "7f-80 r-xp 0 00:00 0",
        "(deleted)", "",
        "7f-80 r-xp 0 fe:00 1  /home/me/prog (deleted)", "7f-80 rw-s 0 00:0e 1  /run/x (deleted)",
        "7f-80 rw-s 0 00:0f 1  /[aio] (deleted)", "7f-80 rw-s 0 00:01 9  /dev/zero (deleted)",
    ])
    func `what programs delete on purpose asks for nothing`(line: String) {
        #expect(files([line]).isEmpty)
    }

    @Test func `files are sorted, named once and limited`() {
        let lines = (0..<20).map { "1-2 r-xp 0 fe:00 1  /usr/lib/l\($0 % 10 + 10).so (deleted)" }
        #expect(files(lines) == (10..<18).map { "/usr/lib/l\($0).so" })
    }

    @Test(arguments: [
        ("0::/system.slice/nginx.service", "nginx.service"), ("0::/init.scope", "init.scope"),
        ("12:cpu:/x.service\n1:name=systemd:/system.slice/ssh.service", "ssh.service"),
        (
            "0::/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service",
            "user@1000.service"
        ),
        ("0::/user.slice/user-0.slice/session-3.scope", "session-3.scope"),
        (
            "0::/system.slice/system-postgresql.slice/postgresql@15-main.service/sub",
            "postgresql@15-main.service"
        ),
    ])
    func `the unit is read from the control group`(text: String, unit: String) {
        #expect(ProcessTable.unit(Array(text.utf8)) == unit)
    }

    @Test(arguments: ["", "0::/", "1:cpu:/x.service", "nonsense"])
    func `a process without a unit has none`(text: String) {
        #expect(ProcessTable.unit(Array(text.utf8)) == nil)
    }
}
