import Fleet
import Foundation
import PackageManagers
import Rollout
import TestSupport
import Testing

@testable import WindowsPackages

/// The script for Windows PowerShell, as far as it can be looked at without one.
struct UpdateScriptTests {
    private let text = UpdateScript.text

    /// Without comments.
    private var code: String {
        text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }
            .joined(separator: "\n")
    }

    @Test func `it is plain ASCII, so that no code page changes it`() {
        #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
    }

    @Test func `each bracket is closed in its order`() {
        var open: [Character] = []
        var quote: Character?
        for line in code.split(separator: "\n") {
            for character in line {
                if let mark = quote {
                    if character == mark { quote = nil }
                } else if "'\"".contains(character) {
                    quote = character
                } else if "([{".contains(character) {
                    open.append(character)
                } else if let place = ")]}".firstIndex(of: character) {
                    let distance = ")]}".distance(from: ")]}".startIndex, to: place)
                    #expect(open.popLast() == Array("([{")[distance], "\(line)")
                }
            }
            #expect(quote == nil, "a text goes on behind the line: \(line)")
        }
        #expect(open.isEmpty)
    }

    @Test(arguments: [
        "AcceptEula", "Restart-Computer", "shutdown", "Invoke-Expression", "iex ", "Start-Process",
        "ScriptBlock", "Read-Host", "DownloadString", "Set-ExecutionPolicy",
    ])
    func `it has nothing with which it could agree, reboot, ask or run texts`(word: String) {
        #expect(!code.lowercased().contains(word.lowercased()))
    }

    @Test func `it installs quietly, and never with prompts`() {
        #expect(code.contains("$installer.AllowSourcePrompts = $false"))
        #expect(code.contains("$installer.ForceQuiet = $true"))
        #expect(code.contains("if (-not $update.EulaAccepted)"))
        #expect(code.contains("CanRequestUserInput"))
    }

    @Test func `what it works on comes as one argument, and never as its text`() throws {
        try withTemporaryFolder { folder in
            let tool = WindowsUpdateTool(
                runner: PlayedPrograms([:]), powershell: "/bin/powershell",
                folder: UpdateFolder(stateFolder: folder.path))
            let updates = [ScriptWords.first, ScriptWords.second].map {
                LockedUpdate.windows(.windowsUpdate, "KB5079473", to: "\($0).200")
            }
            let command = tool.command(for: updates)
            #expect(command[0] == "/bin/powershell")
            #expect(command.contains("-File") && !command.contains("-Command"))
            let place = try #require(command.firstIndex(of: "-Updates"))
            #expect(
                command[place + 1] == "\(ScriptWords.first).200,\(ScriptWords.second).200")
            #expect(command.contains(tool.folder.script))
        }
    }

    @Test func `it is written for root alone, and put right when somebody has changed it`() throws {
        try withTemporaryFolder { state in
            let folder = UpdateFolder(stateFolder: state.appending(path: "agent").path)
            #expect(folder.writeScript() == nil)
            let read = { try String(contentsOfFile: folder.script, encoding: .utf8) }
            #expect(try read() == UpdateScript.text)
            let rights = try FileManager.default.attributesOfItem(atPath: folder.path)
            #expect(rights[.posixPermissions] as? Int == 0o700)
            try Data((UpdateScript.text + "exit 0\n").utf8).write(
                to: URL(filePath: folder.script))
            #expect(folder.writeScript() == nil)
            #expect(try read() == UpdateScript.text)
        }
    }

    @Test func `a folder that cannot be written is told`() throws {
        try withTemporaryFolder { state in
            let file = state.appending(path: "file")
            try Data().write(to: file)
            #expect(UpdateFolder(stateFolder: file.path).writeScript() != nil)
        }
    }

    @Test(arguments: [
        ("{\"powershell\": \"/usr/bin/pwsh\"}", true),
        (#"{"powershell": "C:\\Windows\\powershell.exe", "winget": "C:\\winget.exe"}"#, true),
        ("{\"powershell\": \"powershell\"}", false), ("{\"winget\": \"/bin/winget\"}", false),
        ("{\"powershell\": \"/bin/pwsh\", \"chocolatey\": \"choco\"}", false), ("no JSON", false),
    ])
    func `a file names programs by absolute paths`(text: String, isRight: Bool) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "programs.json")
            try Data(text.utf8).write(to: file)
            let programs = try? WindowsPrograms(file: file.path)
            #expect((programs != nil) == isRight)
        }
    }
}
