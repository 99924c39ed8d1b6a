#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
import PackageManagers
package import Recipes
import SystemFiles

/// The programs of the endpoint that bring an application in.
struct ApplicationTools: Sendable {
    /// How long one may take, in seconds: an hour unpacks some tens of gigabytes.
    private static let seconds: Int64 = 3_600
    /// The longest quotation of one in a sentence, in characters.
    static let longestQuote = 400

    let runner: any CommandRunning

    /// The program of a name; systems whose `/bin` is a folder of its own have some there.
    static func path(_ name: String) -> String {
        ["/usr/bin", "/bin"].map { "\($0)/\(name)" }.first(where: Files.exists)
            ?? "/usr/bin/\(name)"
    }

    func run(_ name: String, _ arguments: [String]) async -> CommandOutput {
        let command = Command(
            path: Self.path(name), arguments: arguments, timeoutSeconds: Self.seconds)
        do {
            return try await runner.run(command)
        } catch {
            return CommandOutput(status: 127, errorOutput: Array("\(name) \(error.clause)".utf8))
        }
    }

    /// A file's SHA-256 in hexadecimal; `nil` when it cannot be read.
    func sha256(_ file: String) async -> String? {
        let output = await run("sha256sum", ["-b", "--", file])
        guard output.status == 0 else { return nil }
        return String(decoding: output.output, as: UTF8.self).split(separator: " ").first
            .map(String.init)
    }

    /// Unpacks an archive; owners and permissions are the endpoint's usual ones.
    func unpack(
        _ file: String, _ form: Recipe.Installation.Form, into folder: String
    ) async throws(ApplicationFault) {
        let plain = ["--no-same-owner", "--no-same-permissions", "-C", folder, "-f", file]
        let output =
            switch form {
            case .tarGzip: await run("tar", ["-x", "-z"] + plain)
            case .tarXZ: await run("tar", ["-x", "-J"] + plain)
            case .zip: await run("unzip", ["-q", file, "-d", folder])
            case .tar, .file, .deb, .rpm: await run("tar", ["-x"] + plain)
            }
        guard output.status != 0 else { return }
        let words = Self.words(output)
        let isFull = words.contains("No space left on device")
        throw ApplicationFault(
            isFull ? .diskFull : .other, "The archive cannot be unpacked: \(words)")
    }

    /// The program that unpacks a form and is not there; `nil` when all are.
    static func missing(for form: Recipe.Installation.Form) -> String? {
        let needed: [String] =
            switch form {
            case .file: []
            case .tar: ["tar"]
            case .tarGzip: ["tar", "gzip"]
            case .tarXZ: ["tar", "xz"]
            case .zip: ["unzip"]
            case .deb: ["dpkg", "dpkg-deb", "apt-get"]
            case .rpm: ["rpm"]
            }
        if let program = needed.first(where: { !Files.exists(path($0)) }) { return program }
        // rpm may lie on a system of Debian, too, whose files are none of its business.
        let isRpm = form != .rpm || RpmFiles.databases.contains(where: Files.exists)
        return isRpm ? nil : "rpm’s database"
    }

    static func words(_ output: CommandOutput) -> String {
        let lines = String(decoding: output.errorOutput, as: UTF8.self)
            .split(whereSeparator: \.isNewline)
        let line = lines.first { !$0.allSatisfy(\.isWhitespace) }
        return line.map { String($0.prefix(longestQuote)) }
            ?? "it ended with status \(output.status)"
    }
}

// MARK: - Services

extension ApplicationTools {
    func isActive(_ service: String) async -> Bool {
        await run("systemctl", ["is-active", "--quiet", service]).status == 0
    }

    /// Stops or starts a service.
    func systemctl(_ verb: String, _ service: String) async throws(ApplicationFault) {
        let output = await run("systemctl", [verb, service])
        guard output.status == 0 else {
            throw ApplicationFault(
                .maintainerScript, "systemctl \(verb) \(service) failed: \(Self.words(output))")
        }
        if verb == "start", !(await isActive(service)) {
            throw ApplicationFault(
                .maintainerScript, "\(service) was started and does not run any more.")
        }
    }
}

/// What an endpoint needs for a form of download.
package enum ApplicationNeeds {
    /// The program that is missing; `nil` when all are there.
    package static func missing(for form: Recipe.Installation.Form) -> String? {
        ApplicationTools.missing(for: form)
    }
}
