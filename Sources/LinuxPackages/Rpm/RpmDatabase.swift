import AgentCore
import Fleet
import PackageManagers
import SystemFiles
import ToolOutputs
import Versions

/// What rpm's database says is installed.
struct RpmDatabase: Sendable {
    /// The query: name, version, architecture, source package and vendor.
    private static let format =
        "%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{SOURCERPM}\\t%{VENDOR}"
    /// The module that a package was built for.
    private static let label = "\\t%{MODULARITYLABEL}"
    private static let end = "\\n"

    /// The installed packages; of several versions side by side the newest.
    private(set) var packages: [Package] = []
    /// Packages of which two versions are installed though only one can be: a transaction was cut
    /// off between installing the new and removing the old one.
    private(set) var installedTwice: [PackageKey: String] = [:]
    /// Lines that could not be read.
    private(set) var unparsed: [String] = []
    /// All versions of kernels.
    private(set) var kernels: [Kernel] = []

    /// A kernel package.
    struct Kernel: Hashable, Sendable {
        var name: String
        var version: String
        var architecture: String
    }

    /// Asks rpm; `nil` when it cannot be asked.
    static func read(
        _ runner: any CommandRunning, manager: PackageManagerName = .dnf
    ) async -> RpmDatabase? {
        let rpm = ToolRunner(runner: runner, path: "/usr/bin/rpm")
        var output = await rpm.run(["-qa", "--qf", format + label + end])
        if saysNothing(output) {
            // An rpm from before modules (RHEL 7, SLES 15) does not know that tag: it refuses the
            // whole question, in words that depend on the release, and answers nothing.
            output = await rpm.run(["-qa", "--qf", format + end])
        }
        return saysNothing(output) ? nil : RpmDatabase(output.output, manager: manager)
    }

    private static func saysNothing(_ output: CommandOutput) -> Bool {
        output.status != 0 || output.output.isEmpty
    }

    /// Reads the query's answer.
    init(_ bytes: [UInt8], manager: PackageManagerName) {
        var versions: [PackageKey: [Package]] = [:]
        for line in TextLines.strings(bytes) where !line.isEmpty {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
                .map(String.init)
            guard (5...6).contains(fields.count), PackageName(fields[0], of: manager) != nil,
                RpmName.isVersion(fields[1])
            else {
                unparsed.append(line)
                continue
            }
            // Keys of signers are kept in the same database, and are no software.
            if fields[0] == "gpg-pubkey" { continue }
            let package = Self.package(fields, manager)
            versions[package.key, default: []].append(package)
        }
        for (key, found) in versions {
            let sorted = found.sorted { Self.isNewer($1.version, than: $0.version) }
            guard let newest = sorted.last else { continue }
            packages.append(newest)
            if Self.isKernel(key.name) {
                kernels += found.map {
                    Kernel(name: $0.name, version: $0.version, architecture: $0.architecture)
                }
            } else if found.count > 1, !Self.isSideBySide(key.name) {
                installedTwice[key] =
                    "installed in \(found.count) versions, which a cut-off transaction left"
            }
        }
        packages.sort { $0.precedes($1) }
    }

    private static func package(_ fields: [String], _ manager: PackageManagerName) -> Package {
        // `bash-5.2-1.src.rpm`: the source's name and version.
        let source = fields[3].hasSuffix(".rpm") ? RpmName(fields[3].dropLast(4)) : nil
        return Package(
            manager: manager, name: fields[0], version: fields[1], architecture: fields[2],
            source: source?.name ?? fields[0], sourceVersion: source?.version ?? fields[1],
            origin: fields[4] == "(none)" ? nil : fields[4],
            module: fields.count > 5 ? Package.module(label: fields[5]) : nil)
    }

    /// Packages that rpm keeps in several versions on purpose (`installonlypkgs` of dnf,
    /// `multiversion` of zypper).
    private static func isSideBySide(_ name: String) -> Bool {
        name.hasPrefix("kernel") || name.hasPrefix("kmod-") || name.hasPrefix("installonlypkg")
    }

    private static func isKernel(_ name: String) -> Bool {
        name.hasPrefix("kernel-") && name.hasSuffix("-core") || kernelNames.contains(name)
    }

    private static let kernelNames: Set<String> = [
        "kernel", "kernel-default", "kernel-rt", "kernel-azure", "kernel-uek", "kernel-lt",
        "kernel-ml", "kernel-64kb", "kernel-lts", "kernel-longterm",
    ]

    static func isNewer(_ version: String, than other: String) -> Bool {
        (try? Ecosystem.rpm.compare(version, other)) == .greater
    }

    /// That a newer kernel is installed than runs. Kernels that are not on /boot cannot be booted,
    /// and do not count.
    func kernelSignal(
        running: String, isBootable: (String) -> Bool
    ) -> RebootSignal? {
        let candidates = kernels.map { (kernel: $0, release: Self.release($0)) }
            .filter { isBootable($0.release) }
        let own = candidates.first { $0.release == running }
        let rivals = own.map { own in candidates.filter { $0.kernel.name == own.kernel.name } }
        let newest = (rivals ?? candidates).max {
            Self.isNewer($1.kernel.version, than: $0.kernel.version)
        }
        guard let newest, newest.release != running else { return nil }
        let current = own?.kernel.version ?? Self.version(of: running)
        guard Self.isNewer(newest.kernel.version, than: current) else { return nil }
        return RebootSignal(
            kind: .newerKernelInstalled,
            detail:
                "\(newest.kernel.name) \(newest.kernel.version) is installed, \(running) is running"
        )
    }

    /// `uname -r` of a kernel: SUSE names the flavour, the others the architecture.
    private static func release(_ kernel: Kernel) -> String {
        let version = kernel.version.split(separator: ":").last.map(String.init) ?? kernel.version
        for flavour in ["default", "azure", "rt", "64kb", "longterm"]
        where kernel.name == "kernel-\(flavour)" {
            return "\(version)-\(flavour)"
        }
        return "\(version).\(kernel.architecture)"
    }

    /// A running release as a version that rpm could have: it needs one hyphen.
    private static func version(of release: String) -> String {
        let parts = release.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count > 1 ? "\(parts[0])-\(parts[1])" : "\(release)-0"
    }
}

/// The lock that rpm itself holds while a transaction runs.
enum RpmLock {
    private static let files = ["/var/lib/rpm/.rpm.lock", "/usr/lib/sysimage/rpm/.rpm.lock"]

    static func holder() -> String? {
        files.lazy.compactMap { LockHolders.holder(of: $0) }.first
    }
}

/// Files in which a tool notes the number of the process that is at work.
enum PidFile {
    /// The process, when it is alive.
    static func holder(_ path: String) -> String? {
        guard let line = Files.line(path, limit: 64),
            let id = Int32(line.prefix { $0.isNumber }), id > 0,
            let name = Files.line("/proc/\(id)/comm")
        else { return nil }
        return "\(name) (pid \(id))"
    }
}
