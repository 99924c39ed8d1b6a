import Fleet
#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import PackageManagers
import SystemFiles
import ToolOutputs

/// Finds the proxy or cache that an endpoint's own package tool downloads through: one that its
/// configuration names, or a program of it discovers, or the agent's own variables name.
struct DownloadWay: Sendable {
    let runner: any CommandRunning
    /// The variables that downloads get from the agent.
    var variables: [String: String] = [:]

    /// How long a program that discovers a cache may take, in seconds: it asks the local network.
    private static let discoverySeconds: Int64 = 10
    /// The longest address that is told, in characters.
    private static let longestAddress = 200

    /// The way of a tool's downloads; `nil` for tools of which it is not known.
    func facts(of tool: PackageManagerName, sources: [SourceState]) async -> DownloadFacts? {
        let own: (address: String, toldBy: String)?
        switch tool {
        case .apt: own = await ofApt(sources.first { $0.name.hasPrefix("http") }?.name)
        case .dnf:
            let text = Files.bytes("/etc/dnf/dnf.conf", limit: 65_536) ?? []
            own = Self.proxy(inINI: TextLines.strings(text)).map { ($0, "dnf's configuration") }
        case .zypper:
            let text = Files.bytes("/etc/sysconfig/proxy", limit: 65_536) ?? []
            own = Self.proxy(inSysconfig: TextLines.strings(text)).map {
                ($0, "/etc/sysconfig/proxy")
            }
        // They have the variables alone.
        case .apk, .pacman: own = nil
        default: return nil
        }
        let variable = variables["http_proxy"].map { ($0, "the agent's environment") }
        guard let found = own ?? variable else { return DownloadFacts() }
        return DownloadFacts(
            proxy: Self.withoutPassword(found.0), toldBy: found.1)
    }

    /// What apt's configuration says; a program that it names is asked as apt asks it.
    private func ofApt(_ source: String?) async -> (address: String, toldBy: String)? {
        let output = await ToolRunner(runner: runner, path: "/usr/bin/apt-config").run([
            "shell", "FINDER", "Acquire::http::Proxy-Auto-Detect", "OLDFINDER",
            "Acquire::http::ProxyAutoDetect", "PROXY", "Acquire::http::Proxy",
        ])
        guard output.status == 0 else { return nil }
        let settings = Self.settings(output.lines)
        if let finder = settings["FINDER"] ?? settings["OLDFINDER"], finder.hasPrefix("/") {
            let address = source?.split(separator: " ").first.map(String.init) ?? ""
            let answer = await ToolRunner(runner: runner, path: finder).run(
                [address], seconds: Self.discoverySeconds)
            let line = TextLines.strings(answer.output).first.map { TextLines.trimmed($0) } ?? ""
            if answer.status == 0, line.hasPrefix("http") { return (line, "\(finder) found it") }
            if line == "DIRECT" { return nil }
        }
        return settings["PROXY"].flatMap {
            $0 == "DIRECT" ? nil : ($0, "apt's configuration")
        }
    }

    /// Reads `apt-config shell`: `NAME='value'`; what is empty is not set.
    static func settings(_ lines: [String]) -> [String: String] {
        var settings: [String: String] = [:]
        for line in lines {
            guard let sign = line.firstIndex(of: "=") else { continue }
            let value = line[line.index(after: sign)...].filter { $0 != "'" }
            if !value.isEmpty { settings[String(line[..<sign])] = String(value) }
        }
        return settings
    }

    /// `proxy=` in the section `main`; `_none_` and nothing stand for none.
    static func proxy(inINI lines: [String]) -> String? {
        var isMain = false
        var proxy: String?
        for line in lines.map({ TextLines.trimmed($0) }) {
            if line.hasPrefix("[") { isMain = line == "[main]" }
            guard isMain, let sign = line.firstIndex(of: "="),
                TextLines.trimmed(line[..<sign]) == "proxy"
            else { continue }
            proxy = TextLines.trimmed(line[line.index(after: sign)...])
        }
        return proxy.flatMap { $0.isEmpty || $0 == "_none_" ? nil : $0 }
    }

    /// `HTTP_PROXY` of the file that libzypp reads, unless `PROXY_ENABLED` says no.
    static func proxy(inSysconfig lines: [String]) -> String? {
        var values: [String: String] = [:]
        for line in lines.map({ TextLines.trimmed($0) }) where !line.hasPrefix("#") {
            guard let sign = line.firstIndex(of: "=") else { continue }
            let value = line[line.index(after: sign)...].filter { $0 != "\"" && $0 != "'" }
            values[String(line[..<sign])] = TextLines.trimmed(value)
        }
        guard let enabled = values["PROXY_ENABLED"], enabled != "no" else { return nil }
        return values["HTTP_PROXY"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The address without the name and the password in it, cut to a bearable length.
    static func withoutPassword(_ address: String) -> String {
        var text = address
        let start = text.firstRange(of: "://").map(\.upperBound) ?? text.startIndex
        let end = text[start...].firstIndex(of: "/") ?? text.endIndex
        if let at = text[start..<end].lastIndex(of: "@") {
            text.removeSubrange(start...at)
        }
        return String(text.prefix(longestAddress))
    }
}
