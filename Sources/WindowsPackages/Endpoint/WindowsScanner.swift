public import AgentCore
public import Fleet
package import PackageManagers

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Looks at a Windows endpoint with its tools.
public struct WindowsScanner: Scanning {
    private let tools: WindowsTools
    private let stateFolder: String
    private let clock: @Sendable () -> Timestamp

    /// A scanner that runs these programs.
    ///
    /// - Parameters:
    ///   - programs: where the tools stand.
    ///   - stateFolder: the agent's folder, which holds the script and remembers refreshes.
    ///   - clock: tells the time at the start of a scan.
    public init(
        _ programs: WindowsPrograms, stateFolder: String, clock: @escaping @Sendable () -> Timestamp
    ) {
        self.init(programs, runner: SubprocessRunner(), stateFolder: stateFolder, clock: clock)
    }

    package init(
        _ programs: WindowsPrograms, runner: any CommandRunning, stateFolder: String,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        tools = WindowsTools(programs, runner: runner, stateFolder: stateFolder)
        self.stateFolder = stateFolder
        self.clock = clock
    }

    /// Takes a fresh look with all tools.
    ///
    /// - Throws: `ScanFailure` when the Windows Update Agent does not answer, or does not say what
    ///   the endpoint is.
    public func scan(refreshingSources: Bool) async throws(ScanFailure) -> Scan {
        let now = clock()
        let own = try await look(tools.update, refreshing: refreshingSources, at: now)
        guard let facts = own.facts else {
            throw ScanFailure(
                code: "E_SCAN_WINDOWS_FACTS",
                message: "The endpoint's facts (WMI) could not be read.",
                nextStep: "Run `Get-CimInstance Win32_OperatingSystem` on the endpoint.")
        }
        var looks = [own]
        for tool in tools.others {
            do {
                looks.append(try await look(tool, refreshing: refreshingSources, at: now))
            } catch {
                // A tool that fails beside Windows Update is a source that failed.
                var failed = WindowsLook()
                failed.failSources(error.message, else: tool.manager.rawValue)
                looks.append(failed)
            }
        }
        var unparsed = looks.flatMap(\.unparsed)
        let packages = Self.unique(looks.flatMap(\.packages), by: \.key, and: &unparsed)
        let updates = Self.unique(looks.flatMap(\.updates), by: \.key, and: &unparsed)
        return Scan(
            scannedAt: now, endpoint: facts, sources: looks.flatMap(\.sources),
            packages: packages.sorted { $0.precedes($1) },
            updates: updates.sorted { $0.key < $1.key },
            reboot: RebootState(signals: looks.flatMap(\.signals)), unparsed: unparsed)
    }

    /// The first of each key: two of one cannot stand in an inventory, and the other is shown.
    private static func unique<Element>(
        _ elements: [Element], by key: (Element) -> PackageKey, and unparsed: inout [String]
    ) -> [Element] {
        var seen: Set<PackageKey> = []
        return elements.filter { element in
            let key = key(element)
            guard !seen.insert(key).inserted else { return true }
            unparsed.append("\(key.manager.rawValue) \(key.name) is told twice")
            return false
        }
    }

    private func look(
        _ tool: any WindowsTool, refreshing: Bool, at now: Timestamp
    ) async throws(ScanFailure) -> WindowsLook {
        let file = "\(stateFolder)/refresh-\(tool.manager.rawValue).json"
        let look = try await tool.look(
            refreshing: refreshing, at: now, after: RefreshReport.read(file))
        // A report that cannot be kept costs knowledge of a failure until the next refresh.
        if refreshing, let report = look.report {
            try? FileManager.default.createDirectory(
                atPath: stateFolder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try? report.write(file)
        }
        return look
    }
}
