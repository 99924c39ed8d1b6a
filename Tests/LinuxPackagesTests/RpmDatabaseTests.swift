import Fleet
import PackageManagers
import Synchronization
import Testing

@testable import LinuxPackages

/// rpm's answers.
struct RpmDatabaseTests {
    private func database(_ rows: [String]) -> RpmDatabase {
        RpmDatabase(Array(rows.joined(separator: "\n").utf8), manager: .dnf)
    }

    @Test func `Packages keep their epoch and the name of their source; signers' keys are none`() {
        let found = database([
            "bind\t32:9.16.23-40.el9\tx86_64\tbind-9.16.23-40.el9.src.rpm\tRed Hat, Inc.",
            "gpg-pubkey\t676f8794-6b01dfcf\t(none)\t(none)\t(none)",
            "half a line",
        ])
        #expect(found.packages.map(\.version) == ["32:9.16.23-40.el9"])
        #expect(found.packages.first?.source == "bind")
        #expect(found.unparsed == ["half a line"])
    }

    @Test func `A package's module is its name and stream; one without a label has none`() {
        let found = database([
            "php\t8.3.1-1.module_el9\tx86_64\tphp-8.3.1-1.src.rpm\tAlmaLinux\tphp:8.3:9050:f27b",
            "bash\t5.1-9.el9\tx86_64\tbash-5.1-9.el9.src.rpm\tAlmaLinux\t(none)",
            "zlib\t1.2-9.el9\tx86_64\tzlib-1.2-9.el9.src.rpm\tAlmaLinux",
            "tar\t1.2-9.el9\tx86_64\ttar-1.2-9.el9.src.rpm\tAlmaLinux\ta:b\tmore",
        ])
        #expect(found.packages.map(\.name) == ["bash", "php", "zlib"])
        #expect(found.packages.map(\.module) == [nil, "php:8.3", nil])
        #expect(found.unparsed.count == 1)
    }

    @Test(arguments: [OldRpm.Refusal.status, .words])
    func `An rpm that knows no modules is asked without them`(refusal: OldRpm.Refusal) async {
        let rpm = OldRpm(refusal)
        let found = await RpmDatabase.read(rpm)
        #expect(found?.packages.map(\.name) == ["bash"])
        #expect(rpm.asked.withLock { $0.map { $0.contains("MODULARITYLABEL") } } == [true, false])
    }

    @Test func `A package in two versions was left by a cut-off transaction; a kernel was not`() {
        let found = database([
            "labgood\t1.0-1\tnoarch\tlabgood-1.0-1.src.rpm\t(none)",
            "labgood\t2.0-1\tnoarch\tlabgood-2.0-1.src.rpm\t(none)",
            "kernel-core\t5.14.0-503.el9\tx86_64\tkernel-5.14.0-503.el9.src.rpm\t(none)",
            "kernel-core\t5.14.0-570.el9\tx86_64\tkernel-5.14.0-570.el9.src.rpm\t(none)",
        ])
        #expect(found.installedTwice.keys.map(\.name) == ["labgood"])
        #expect(found.packages.map(\.version) == ["5.14.0-570.el9", "2.0-1"])
        #expect(found.kernels.count == 2)
    }

    /// The running kernel, whether the newer one is on /boot, and whether a reboot is asked for.
    @Test(arguments: [
        ("5.14.0-503.el9.x86_64", true, true), ("5.14.0-570.el9.x86_64", true, false),
        ("5.14.0-503.el9.x86_64", false, false), ("6.12.0-1.el10.x86_64", true, false),
    ])
    func `A newer kernel asks for a reboot when it can be booted`(
        running: String, isThere: Bool, asks: Bool
    ) {
        let found = database([
            "kernel-core\t5.14.0-503.el9\tx86_64\tkernel-5.14.0-503.el9.src.rpm\t(none)",
            "kernel-core\t5.14.0-570.el9\tx86_64\tkernel-5.14.0-570.el9.src.rpm\t(none)",
        ])
        let signal = found.kernelSignal(running: running) { release in
            isThere || !release.contains("570")
        }
        #expect((signal != nil) == asks)
        if asks { #expect(signal?.detail.contains("5.14.0-570.el9") == true) }
    }

    @Test func `Version locks of both dnf are read`() {
        #expect(
            Set(DnfLocks.list(["# x", "labheld-0:1.0-1.*", "!lab-other-0:2.0-1.*"], "f").keys)
                == ["labheld", "lab-other"])
        #expect(
            Set(
                DnfLocks.toml(["version = \"1.0\"", "[[packages]]", "name = \"labheld\""], "f").keys
            )
                == ["labheld"])
    }
}

/// An rpm from before modules: it refuses the question about modules, in the one or the other way.
final class OldRpm: CommandRunning {
    enum Refusal { case status, words }

    let asked = Mutex<[String]>([])
    private let refusal: Refusal

    init(_ refusal: Refusal) { self.refusal = refusal }

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        let format = command.arguments.last ?? ""
        asked.withLock { $0.append(format) }
        if format.contains("MODULARITYLABEL") {
            return CommandOutput(
                status: refusal == .status ? 1 : 0,
                errorOutput: Array("error: incorrect format: unknown tag".utf8))
        }
        let line = "bash\t4.2.46-35.el7_9\tx86_64\tbash-4.2.46-35.el7_9.src.rpm\tCentOS\n"
        return CommandOutput(status: 0, output: Array(line.utf8))
    }
}
