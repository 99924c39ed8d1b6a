import PackageManagers
import Rollout
import ToolOutputs

/// A package of rpm that lies on the endpoint as a file.
struct RpmFile: Sendable {
    private static let format = "%{NAME}|%{EPOCHNUM}:%{VERSION}-%{RELEASE}|%{ARCH}\\n"

    let runner: any CommandRunning
    let path: String

    /// Whether it is whole, signed by a key that rpm knows, and the version that an update replaces.
    ///
    /// A tool leaves in its store what it has downloaded and then refused for its signature, and
    /// dnf looks at no signature of a file that it is given: what a mirror has made up must not be
    /// kept. What was cut off while it was downloaded has a header that can be read all the same.
    func isReplaced(by update: LockedUpdate) async -> Bool {
        let rpm = ToolRunner(runner: runner, path: "/usr/bin/rpm")
        let header = await rpm.run(["-qp", "--nosignature", "--qf", Self.format, path])
        guard header.status == 0, let line = TextLines.strings(header.output).first else {
            return false
        }
        let fields = line.split(separator: "|").map(String.init)
        guard fields.count == 3, fields[0] == update.name, fields[2] == update.architecture,
            RpmUpdates.withoutZeroEpoch(fields[1]) == update.from
        else { return false }
        let keys = ToolRunner(runner: runner, path: "/usr/bin/rpmkeys")
        let check = await keys.run(["--checksig", path])
        return check.status == 0 && Self.tellsOfSignature(TextLines.strings(check.output))
    }

    /// `…: digests signatures OK`; before rpm 4.14 `…: rsa sha1 (md5) pgp md5 OK`. One without a
    /// signature is `digests OK`, with the same status.
    static func tellsOfSignature(_ lines: [String]) -> Bool {
        lines.contains { line in
            let words = TextLines.words(line.split(separator: ":").last ?? "")
            return words.last == "OK" && (words.contains("signatures") || words.contains("pgp"))
        }
    }
}
