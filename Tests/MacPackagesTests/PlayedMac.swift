import Fleet
import Foundation
import PackageManagers
import TestSupport

@testable import MacPackages

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Answers as the programs of a Mac do, by name and arguments; what is not known is a program that
/// is not there. A program that is run as a user is known by its own name.
struct PlayedPrograms: CommandRunning {
    struct Answer: Sendable {
        var status: Int32 = 0
        var output = ""
        var errorOutput = ""
        /// It never ends.
        var hangs = false
    }

    var answers: [String: Answer]

    init(_ answers: [String: Answer]) { self.answers = answers }

    func run(_ command: Command) async throws(CommandFailure) -> CommandOutput {
        var words = [command.path] + command.arguments
        if let place = words.firstIndex(of: "--") { words = Array(words[(place + 1)...]) }
        let name = words[0].split(separator: "/").last.map(String.init) ?? ""
        let call = ([name] + words.dropFirst()).joined(separator: " ")
        guard let answer = answers[call] else {
            return CommandOutput(status: 127, errorOutput: Array("\(call): not there".utf8))
        }
        if answer.hangs { throw .timedOut(seconds: command.timeoutSeconds) }
        return CommandOutput(
            status: answer.status, output: Array(answer.output.utf8),
            errorOutput: Array(answer.errorOutput.utf8))
    }
}

/// A folder that looks like a Mac's root, with small programs that play its tools.
struct PlayedMac: Sendable {
    /// Whom Homebrew belongs to: not root, whoever runs the tests.
    static let owner: UInt32 = getuid() == 0 ? 501 : getuid()

    let root: URL
    /// As the agent's process is: root.
    var place: MacPlace { MacPlace(root: root.path, user: 0) }

    /// - Parameters:
    ///   - root: an empty folder.
    ///   - hasHomebrew: whether it has Homebrew, and mas in it.
    /// - Throws: when its files cannot be written.
    init(_ root: URL, hasHomebrew: Bool = true) throws {
        self.root = root
        try Self.write("<plist/>", to: root.appending(path: MacPlace.mark))
        guard hasHomebrew else { return }
        try Self.write("ref\n", to: root.appending(path: "opt/homebrew/.git/FETCH_HEAD"))
        try make("opt/homebrew/Library/Taps/lab/homebrew-tools")
        try give("opt/homebrew")
    }

    /// Somebody signs in.
    func signIn() throws {
        try Self.write("", to: root.appending(path: "dev/console"))
        try give("dev/console")
    }

    /// A program that does `cases` by its arguments, and notes each call. What is not there ends
    /// with status 64.
    func program(_ path: String, _ cases: [(arguments: String, script: String)]) throws {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let lines = cases.map { "'\($0.arguments)') \($0.script) ;;\n" }.joined()
        try script(
            path,
            """
            #!/bin/sh
            echo "\(name) $*" >> '\(root.path)/calls'
            cd '\(root.path)'
            case "$*" in
            \(lines)*) echo "Error: \(name) was not told what to do for: $*" >&2; exit 64 ;;
            esac

            """)
    }

    /// sudo and launchctl, which run what stands behind their own words.
    func userPrograms() throws {
        try script(
            "usr/bin/sudo",
            """
            #!/bin/sh
            echo "sudo $*" >> '\(root.path)/calls'
            while [ "$1" != "--" ]; do shift; done
            shift
            exec "$@"

            """)
        try script(
            "bin/launchctl",
            """
            #!/bin/sh
            echo "launchctl $1 $2" >> '\(root.path)/calls'
            shift 2
            exec "$@"

            """)
    }

    /// What the programs were asked, in order.
    var calls: [String] {
        let text = try? String(contentsOf: root.appending(path: "calls"), encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    func script(_ path: String, _ text: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try writeProgram(text, to: file)
        if path.hasPrefix("opt/") { try give(path) }
    }

    func make(_ path: String) throws {
        try FileManager.default.createDirectory(
            at: root.appending(path: path), withIntermediateDirectories: true)
    }

    /// Hands a file to the user who owns Homebrew.
    func give(_ path: String) throws {
        guard getuid() == 0 else { return }
        let status = chown(root.appending(path: path).path, Self.owner, Self.owner)
        if status != 0 { throw CocoaError(.fileWriteNoPermission) }
    }

    private static func write(_ text: String, to file: URL) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }
}

extension Places {
    /// Recorded output of macOS's tools.
    static func recordedOfMac(_ file: String) throws -> String {
        try String(
            contentsOf: sharedData.appending(path: "tool-outputs/\(file)"), encoding: .utf8)
    }
}

/// What the tools of a Mac print that the tests of several files need.
enum MacText {
    static let tahoe = "ProductName:\t\tmacOS\nProductVersion:\t\t26.5\nBuildVersion:\t\t25F60\n"
    static let catalina =
        "ProductName:\tMac OS X\nProductVersion:\t10.15.6\nBuildVersion:\t19G2021\n"
    static let silicon = """
        kern.hostname: Mac-7.example.org
        kern.osrelease: 25.5.0
        kern.bootsessionuuid: 5B1C8A2E-0000-4D3B-9C3A-1F2E3D4C5B6A
        kern.boottime: { sec = 1799990000, usec = 12 } Fri Jan 15 08:06:40 2027
        hw.memsize: 17179869184
        hw.ncpu: 8
        hw.model: MacBookAir10,1
        machdep.cpu.brand_string: Apple M1
        hw.optional.arm64: 1
        kern.hv_vmm_present: 0

        """
    static let intel = """
        kern.hostname: imac
        kern.boottime: { sec = 1799990000, usec = 12 } Fri Jan 15 08:06:40 2027
        hw.memsize: 8589934592
        hw.ncpu: 4
        machdep.cpu.brand_string: Intel(R) Core(TM) i5

        """
    static let heading = "Software Update Tool\n\nFinding available software\n"
    static let found = heading + "Software Update found the following new or updated software:\n"
    static let none = heading + "No new software available.\n"
}
