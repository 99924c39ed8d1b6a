import Fleet
import Foundation
import PackageManagers
import Rollout
import Synchronization

@testable import WindowsPackages

/// Programs that answer by their arguments, and remember what they were asked.
final class PlayedPrograms: CommandRunning {
    /// One answer.
    struct Answer: Sendable, ExpressibleByStringLiteral {
        var status: Int32 = 0
        var output: [UInt8] = []
        var errorOutput = ""
        var failure: CommandFailure?

        init(_ output: String, status: Int32 = 0, errorOutput: String = "") {
            self.output = Array(output.utf8)
            self.status = status
            self.errorOutput = errorOutput
        }

        init(bytes: [UInt8]) { output = bytes }

        init(failure: CommandFailure) { self.failure = failure }

        init(stringLiteral value: String) { self.init(value) }
    }

    static let windows = WindowsPrograms(
        powershell: #"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"#,
        chocolatey: #"C:\ProgramData\chocolatey\bin\choco.exe"#,
        winget: #"C:\Program Files\WindowsApps\winget.exe"#)

    private let answers: [String: Answer]
    private let heard = Mutex<[Command]>([])

    /// - Parameter answers: by the program's name and its arguments, `choco list -r`; the script's
    ///   by what it is to do, `powershell search -Online`.
    init(_ answers: [String: Answer]) { self.answers = answers }

    /// What was asked, in that order.
    var asked: [Command] { heard.withLock { $0 } }

    static func key(_ command: Command) -> String {
        var words = command.arguments[...]
        if let place = words.firstIndex(of: "-Action") {
            words =
                words[(place + 1)...].filter { !["-Seconds", "1800", "21600"].contains($0) }[...]
        }
        return ([AskedProgram.name(command.path)] + words).joined(separator: " ")
    }

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        heard.withLock { $0.append(command) }
        guard let answer = answers[Self.key(command)] else {
            return CommandOutput(
                status: 1, errorOutput: Array("nobody plays \(Self.key(command))".utf8))
        }
        if let failure = answer.failure { throw failure }
        return CommandOutput(
            status: answer.status, output: answer.output,
            errorOutput: Array(answer.errorOutput.utf8))
    }
}

/// Answers of the script, made.
enum ScriptWords {
    static let facts = """
        {"HostName": "WIN-LAB", "Caption": "Microsoft Windows Server 2022 Standard",
        "Version": "10.0.20348", "Revision": "2340", "Architecture": "AMD64",
        "BootedAt": "2026-11-20T08:00:00Z", "OffsetMinutes": 60, "MemoryBytes": 8589934592,
        "Processors": 4, "Processor": "Lab CPU", "Model": "Lab Model",
        "Disks": [{"Name": "C:", "Free": 64424509440, "Size": 107374182400}],
        "User": "LAB\\\\anna", "OnMains": true, "BatteryPercent": null}
        """

    /// An answer in one line.
    static func answer(_ members: String, action: String = "search", code: String = "0x00000000")
        -> String
    {
        let text = """
            {"Patchbay": 1, "Action": "\(action)", "HResult": "\(code)", "Error": null, \(members)}
            """
        return text.split(separator: "\n").map(String.init).joined(separator: " ") + "\n"
    }

    /// A search that found these updates.
    static func search(
        _ updates: [String], facts: String = facts, more: String = ""
    ) -> String {
        answer(
            "\"Facts\": \(facts), \"RebootSignals\": [], \"InstallerBusy\": false, \(more)"
                + "\"Updates\": [\(updates.joined(separator: ", "))]")
    }

    /// Runs that ended so.
    static func results(_ results: [String], action: String = "install") -> String {
        answer("\"Results\": [\(results.joined(separator: ", "))]", action: action)
    }

    static func result(
        _ update: String, _ state: String, code: String = "0x00000000", reboot: Bool = false
    ) -> String {
        """
        {"Update": "\(update)", "State": "\(state)", "HResult": "\(code)", \
        "RebootRequired": \(reboot), "Words": "told"}
        """
    }

    static let first = "11072231-1710-cf53-27ac-435a7a97c643"
    static let second = "22072231-1710-cf53-27ac-435a7a97c643"
    static let third = "33072231-1710-cf53-27ac-435a7a97c643"

    /// One update.
    static func update(
        _ id: String, kb: String? = nil, installed: Bool = false, more: String = ""
    ) -> String {
        let articles = kb.map { "\"\($0)\"" } ?? ""
        return """
            {"Title": "An update", "KBArticleIDs": [\(articles)], "CveIDs": ["CVE-2026-23667"], \
            "Identity": {"UpdateID": "\(id)", "RevisionNumber": 200}, "MsrcSeverity": "Critical", \
            "Categories": [{"Name": "Sicherheitsupdates", \
            "CategoryID": "0fa1201d-4330-4fa8-8ae9-b877473b6441"}], "IsInstalled": \(installed), \
            "MaxDownloadSize": 1048576\(more.isEmpty ? "" : ", \(more)")}
            """
    }
}

extension LockedUpdate {
    /// A line for a played endpoint.
    static func windows(
        _ manager: PackageManagerName, _ name: String, from: String = "", to: String,
        goesBack: Bool? = nil
    ) -> LockedUpdate {
        LockedUpdate(
            manager: manager, name: name, architecture: "all", from: from, to: to,
            goesBack: goesBack)
    }
}
