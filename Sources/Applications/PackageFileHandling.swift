import PackageManagers
import Recipes

/// What the system's own package tool does with a package that lies in a file.
protocol PackageFileHandling: Sendable {
    /// The name of the package in a file; `nil` when there is none in it.
    func name(in file: String) async -> String?
    /// What installing it would change besides the package itself.
    ///
    /// - Throws: `ApplicationFault` when it cannot be installed.
    func companions(of file: String, named name: String) async throws(ApplicationFault) -> [String]
    /// Installs it, over an older or a newer version.
    ///
    /// - Returns: what went wrong beside it, in sentences.
    func install(_ file: String, named name: String) async throws(ApplicationFault) -> [String]
    /// Removes a package.
    func remove(_ name: String) async throws(ApplicationFault)
}

extension ApplicationTools {
    /// What handles packages of a form.
    func packages(_ form: Recipe.Installation.Form) -> any PackageFileHandling {
        form == .rpm ? RpmFiles(tools: self) : DpkgFiles(tools: self)
    }
}

/// Lines of what package tools print.
enum PackageLines {
    /// Without blanks at their ends; no empty ones.
    static func all(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap {
            let head = $0.drop(while: \.isWhitespace)
            let text = head.dropLast(head.reversed().prefix(while: \.isWhitespace).count)
            return text.isEmpty ? nil : String(text)
        }
    }
}

/// Packages of Debian.
struct DpkgFiles: PackageFileHandling {
    let tools: ApplicationTools

    func name(in file: String) async -> String? {
        let output = await tools.run("dpkg-deb", ["--field", file, "Package"])
        guard output.status == 0 else { return nil }
        return PackageLines.all(output.output).first
    }

    /// By apt's own simulation.
    func companions(of file: String, named name: String) async throws(ApplicationFault) -> [String]
    {
        let output = await tools.run(
            "apt-get",
            [
                "--simulate", "--yes", "--no-install-recommends", "--allow-downgrades", "install",
                file,
            ])
        guard output.status == 0 else {
            throw ApplicationFault(
                .dependency,
                "apt cannot install \(name): "
                    + (output.complaint ?? ApplicationTools.words(output)))
        }
        return String(decoding: output.output, as: UTF8.self).split(whereSeparator: \.isNewline)
            .compactMap { line in
                let words = line.split(separator: " ")
                guard words.count > 1, ["Inst", "Remv"].contains(words[0]), words[1] != name else {
                    return nil
                }
                return String(words[1])
            }
    }

    func install(_ file: String, named name: String) async throws(ApplicationFault) -> [String] {
        let output = await tools.run("dpkg", ["--force-confold", "--install", file])
        guard output.status != 0 else { return [] }
        let all = String(decoding: output.output + output.errorOutput, as: UTF8.self)
        let line =
            all.split(whereSeparator: \.isNewline).first { $0.hasPrefix("dpkg: error") }
            .map { String($0.prefix(ApplicationTools.longestQuote)) }
            ?? ApplicationTools.words(output)
        let kind: ApplicationFault.Kind =
            all.contains("lock") && all.contains("another process")
            ? .lockHeld
            : all.contains("No space left on device")
                ? .diskFull : all.contains("script") ? .maintainerScript : .other
        throw ApplicationFault(kind, "dpkg: \(line)")
    }

    func remove(_ name: String) async throws(ApplicationFault) {
        let output = await tools.run("dpkg", ["--remove", name])
        guard output.status == 0 else {
            throw ApplicationFault(
                .other, "dpkg cannot remove \(name): \(ApplicationTools.words(output))")
        }
    }
}
