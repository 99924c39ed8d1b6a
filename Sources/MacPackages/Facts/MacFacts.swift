import AgentCore
import Fleet
import PackageManagers
import SystemFiles
import ToolOutputs
import Trust

/// Asks a Mac what it is.
struct MacFacts: Sendable {
    /// Looking through thousands of applications takes up to some minutes on a busy disk.
    private static let profileSeconds: Int64 = 600

    let place: MacPlace
    let runner: any CommandRunning

    /// Which macOS it is.
    ///
    /// - Throws: `ScanFailure` when it cannot be told: nothing that follows could be judged.
    func system() async throws(ScanFailure) -> MacSystem {
        let output = await place.tool("/usr/bin/sw_vers", runner).run([])
        guard output.status == 0, let system = MacSystem(output.output) else {
            throw ScanFailure(
                code: "E_SCAN_MACOS", message: "sw_vers does not tell which macOS this is.",
                nextStep: "Run `sw_vers` on the endpoint and see what is printed: \(output.reason)")
        }
        return system
    }

    func kernel() async -> KernelValues {
        KernelValues(
            await place.tool("/usr/sbin/sysctl", runner).run(KernelValues.names).output)
    }

    /// The applications and the hardware, or why they are not known.
    func profile() async -> Result<SystemProfile, NoAnswer> {
        let output = await place.tool("/usr/sbin/system_profiler", runner)
            .run(["-json"] + SystemProfile.kinds, seconds: Self.profileSeconds)
        guard output.status == 0 else { return .failure(NoAnswer(reason: output.reason)) }
        guard let profile = SystemProfile(output.output) else {
            return .failure(
                NoAnswer(reason: "system_profiler printed no JSON (macOS 10.15 and newer do)")
            )
        }
        return .success(profile)
    }

    /// What is known of the machine.
    func endpoint(
        _ system: MacSystem, _ kernel: KernelValues, _ profile: SystemProfile
    ) async -> EndpointFacts {
        let name = kernel["kern.hostname"] ?? ""
        let firmware = profile.firmwareId
        let identity = MachineIdentity(
            fullName: MachineIdentity.plainName(name),
            addresses: NetworkInterfaces.addresses().map(\.description),
            serialNumber: profile.serialNumber, firmwareId: firmware
        ).plain
        return EndpointFacts(
            hostname: name, os: system.operatingSystem, kernel: kernel["kern.osrelease"] ?? "",
            bootId: kernel["kern.bootsessionuuid"]?.lowercased() ?? "",
            timeZone: TimeZoneFact(root: place.root).name, architecture: kernel.architecture,
            hardware: Hardware(
                processor: profile.processor ?? kernel["machdep.cpu.brand_string"],
                processorCount: kernel["hw.ncpu"].flatMap { Int($0) } ?? 0,
                memoryBytes: kernel["hw.memsize"].flatMap { Int64($0) } ?? 0,
                model: profile.model ?? kernel["hw.model"]),
            virtualization: Virtualization(
                kind: kernel["kern.hv_vmm_present"] == "1" ? "vm-other" : "none"),
            power: await power(), disks: DiskFacts(root: place.root).disks,
            usersLoggedIn: await users(),
            machineFingerprint: firmware.map {
                Digest.sha256Hex("patchbay machine v1\n\($0.lowercased())\n")
            }, identity: identity.isEmpty ? nil : identity)
    }

    /// Mains, where nothing says otherwise: a Mac without a battery prints no percentage.
    private func power() async -> Power {
        let lines = await place.tool("/usr/bin/pmset", runner).run(["-g", "batt"]).lines
        let isOnBattery = lines.contains { $0.contains("'Battery Power'") }
        let charges = lines.filter { $0.contains("InternalBattery") }.compactMap { line in
            line.split { $0 == "\t" || $0 == " " }.first { $0.contains("%") }.flatMap {
                Int($0.prefix { $0.isNumber })
            }
        }
        return Power(onMains: !isOnBattery, batteryPercent: charges.min())
    }

    private func users() async -> [String] {
        let output = await place.tool("/usr/bin/who", runner).run([])
        guard output.status == 0 else { return [] }
        return Set(TextLines.strings(output.output).compactMap { TextLines.words($0).first })
            .sorted()
    }
}
