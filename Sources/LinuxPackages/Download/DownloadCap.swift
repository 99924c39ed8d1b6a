import PackageManagers
import Policy

/// Puts a limit of downloads into the commands of package tools, by each tool's own option.
struct DownloadCap: Sendable {
    let bandwidth: Bandwidth
    /// The lowest limit of the endpoint's own apt configuration, in KiB a second; `nil` without
    /// one.
    var ownOfApt: Int64?
    /// The configurations with the limit that were written for zypper and pacman.
    var zypperFile: String?
    var pacmanFile: String?

    /// The command with the limit in it; `nil` when its tool has no such option.
    func applied(to command: [String]) -> [String]? {
        guard let program = command.first?.split(separator: "/").last else { return nil }
        switch program {
        case "apt-get": return [command[0]] + aptOptions + command.dropFirst()
        case "dnf", "dnf-3", "dnf5":
            // An absolute limit; librepo shares it among what it downloads at once.
            return [command[0], "--setopt=throttle=\(bandwidth.bytesPerSecond)"]
                + command.dropFirst()
        case "patchbay-agent":
            // The agent's own program, for an application.
            return command.contains("fetch")
                ? command + ["--bandwidth", "\(bandwidth.bytesPerSecond)"] : command
        // libzypp takes the path of its configuration from a variable, and from there alone.
        case "zypper":
            return zypperFile.map { ["/usr/bin/env", "ZYPP_CONF=\($0)"] + command }
        case "pacman":
            return pacmanFile.map { [command[0], "--config", $0] + command.dropFirst() }
        // They download nothing.
        case "dpkg", "rpm", "rm": return command
        default: return nil
        }
    }

    /// What apt reads at once, in KiB, and how often in a second it looks whether it must wait.
    private static let readOfApt: Int64 = 64
    private static let looksOfApt: Int64 = 10

    /// The limit for apt in KiB a second. apt reads 64 KiB at once, ten times a second or less
    /// often, and rounds the wait after more than its share down: other limits than these steps
    /// would be exceeded by up to a third (docs/prefetching.md has the figures).
    private var limitForApt: Int64 {
        let step = Self.readOfApt * Self.looksOfApt
        let whole = bandwidth.bytesPerSecond / (step * 1024)
        guard whole == 0 else { return whole * step }
        let wait = (step * 1024 + bandwidth.bytesPerSecond - 1) / bandwidth.bytesPerSecond
        return max(1, step / wait)
    }

    /// apt's options, which count for each connection: so there is one only.
    private var aptOptions: [String] {
        let limit = min(limitForApt, ownOfApt ?? .max)
        return [
            "-o", "Acquire::http::Dl-Limit=\(limit)", "-o", "Acquire::https::Dl-Limit=\(limit)",
            "-o", "Acquire::Queue-Mode=access",
        ]
    }

    /// What is told when a tool has no option for it.
    func sentence(withoutIn tool: String) -> String {
        let reason =
            tool == "pacman"
            ? "pacman limits its downloads only where there is wget, and no XferCommand of its own"
            : "\(tool) cannot limit its downloads"
        return "\(reason), so that the policy's \(bandwidth) did not hold for it."
    }
}

extension DownloadCap {
    /// The limit for the programs of these names, with what apt's own configuration says, and with
    /// the configurations that zypper and pacman need, written into a folder.
    static func read(
        _ bandwidth: Bandwidth, runner: any CommandRunning, for programs: Set<String>,
        folder: String?
    ) async -> DownloadCap {
        var cap = DownloadCap(bandwidth: bandwidth)
        let capped = CappedConfiguration(bandwidth: bandwidth)
        if let folder, programs.contains("zypper") {
            cap.zypperFile = capped.writeZypper(in: folder)
        }
        if let folder, programs.contains("pacman") {
            cap.pacmanFile = capped.writePacman(in: folder)
        }
        guard programs.contains("apt-get") else { return cap }
        let output = await ToolRunner(runner: runner, path: "/usr/bin/apt-config").run([
            "shell", "HTTP", "Acquire::http::Dl-Limit", "HTTPS", "Acquire::https::Dl-Limit",
        ])
        cap.ownOfApt = ownLimit(output.lines)
        return cap
    }

    /// Reads `apt-config shell`: `HTTP='500'`. Nought stands for no limit.
    static func ownLimit(_ lines: [String]) -> Int64? {
        lines.compactMap { line -> Int64? in
            guard let sign = line.firstIndex(of: "=") else { return nil }
            let digits = line[line.index(after: sign)...].filter { $0 != "'" }
            return Int64(digits).flatMap { $0 > 0 ? $0 : nil }
        }.min()
    }
}
