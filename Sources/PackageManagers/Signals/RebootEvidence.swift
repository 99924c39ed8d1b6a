package import Fleet
import SystemFiles
import ToolOutputs
import Versions

/// What is looked at to tell whether an endpoint needs a reboot; the judgement is a function of
/// these values.
package struct RebootEvidence: Hashable, Sendable {
    /// A kernel that is installed.
    struct Kernel: Hashable, Sendable {
        var package: String
        var packageVersion: String
        var release: KernelRelease
        /// Whether `/boot/vmlinuz-<release>` exists: without it the kernel cannot be booted,
        /// whatever dpkg says.
        var isBootable: Bool
    }

    /// Whether a plain file `reboot-required` stands in `/run`; a file with a longer name asks for
    /// something else.
    var hasRequestFile = false
    /// The packages that asked for it (`reboot-required.pkgs`).
    var requesters: [String] = []
    /// What the endpoint runs in.
    var virtualization = Virtualization()
    /// The running kernel.
    var running = KernelIdentity()
    /// The kernels that are installed.
    var kernels: [Kernel] = []
    /// Replaced files that process 1 still maps.
    var replacedInInit: [String] = []

    /// What says that a reboot is needed.
    var state: RebootState {
        RebootState(signals: [requestSignal, kernelSignal, initSignal].compactMap { $0 })
    }

    private var requestSignal: RebootSignal? {
        guard hasRequestFile else { return nil }
        // A container shares the kernel of the machine below: what asks for a new kernel asks in
        // vain.
        if virtualization.isContainer, !requesters.isEmpty, requesters.allSatisfy(Self.isKernel) {
            return nil
        }
        let names = requesters.isEmpty ? "" : ": \(requesters.joined(separator: ", "))"
        return RebootSignal(kind: .rebootRequiredFile, detail: "/run/reboot-required\(names)")
    }

    private static func isKernel(_ package: String) -> Bool {
        ["linux-image", "linux-base", "proxmox-kernel", "pve-kernel"].contains {
            package.hasPrefix($0)
        }
    }

    private var kernelSignal: RebootSignal? {
        guard !virtualization.isContainer, let current = KernelRelease(running.release) else {
            return nil
        }
        let rivals = kernels.filter { $0.isBootable && $0.release.flavour == current.flavour }
        let newest = rivals.max { $0.release.version < $1.release.version }
        if let newest, newest.release.version > current.version {
            return RebootSignal(
                kind: .newerKernelInstalled,
                detail: "\(newest.release.text) is installed, \(current.text) is running")
        }
        return rebuiltSignal(current, rivals: rivals)
    }

    /// The same release, built again: its package is newer than the build that runs.
    private func rebuiltSignal(_ current: KernelRelease, rivals: [Kernel]) -> RebootSignal? {
        guard let build = runningBuild, let same = rivals.first(where: { $0.release == current }),
            (try? DebianVersion.order(same.packageVersion, build)) == .greater
        else { return nil }
        return RebootSignal(
            kind: .newerKernelInstalled,
            detail: "\(same.package) \(same.packageVersion) is installed, build \(build) is running"
        )
    }

    /// Debian writes the package's version into the kernel's: `#1 SMP … Debian 6.1.170-3
    /// (2026-05-08)`.
    private var runningBuild: String? {
        let words = TextLines.words(running.version)
        guard let mark = words.firstIndex(of: "Debian"), mark + 1 < words.count else { return nil }
        return words[mark + 1]
    }

    private var initSignal: RebootSignal? {
        guard let first = replacedInInit.first else { return nil }
        let more = replacedInInit.count > 1 ? " and \(replacedInInit.count - 1) more" : ""
        return RebootSignal(
            kind: .initUsesReplacedFiles,
            detail: "process 1 still uses the replaced \(first)\(more)")
    }
}

extension RebootEvidence {
    /// What an endpoint without dpkg says of a reboot: the request file and process 1.
    package static func systemSignals(
        root: String, virtualization: Virtualization, restarts: [RestartNeed]
    ) -> [RebootSignal] {
        read(
            root: root, status: DpkgStatus([]), virtualization: virtualization, restarts: restarts
        ).state.signals
    }

    /// Lists of packages are short; a longer file is somebody's mistake.
    private static let largestRequest = 65_536

    /// Looks at an endpoint. `root` has no slash at its end and is empty for this machine;
    /// `restarts` is what was found on running processes.
    static func read(
        root: String, status: DpkgStatus, virtualization: Virtualization, restarts: [RestartNeed]
    ) -> RebootEvidence {
        var evidence = RebootEvidence()
        evidence.virtualization = virtualization
        let folders = ["\(root)/run", "\(root)/var/run"]
        if let folder = folders.first(where: {
            Files.status("\($0)/reboot-required")?.isRegular == true
        }) {
            evidence.hasRequestFile = true
            let bytes = Files.bytes("\(folder)/reboot-required.pkgs", limit: largestRequest) ?? []
            let names = TextLines.strings(bytes).map { TextLines.trimmed($0) }
            evidence.requesters = Set(names.filter { !$0.isEmpty }).sorted()
        }
        guard root.isEmpty else { return evidence }
        evidence.running = .running
        evidence.kernels = status.installed.compactMap { entry in
            guard let release = KernelRelease(package: entry.name) else { return nil }
            return Kernel(
                package: entry.name, packageVersion: entry.version, release: release,
                isBootable: Files.exists("/boot/vmlinuz-\(release.text)"))
        }
        evidence.replacedInInit = restarts.first { $0.pid == 1 }?.files ?? []
        return evidence
    }
}
