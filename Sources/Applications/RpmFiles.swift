import PackageManagers
import SystemFiles

/// Packages of rpm. rpm itself resolves nothing and fetches nothing: what a package needs must be
/// there, so that nothing but the package can come along.
struct RpmFiles: PackageFileHandling {
    let tools: ApplicationTools

    /// One of these is there where rpm owns the system's files.
    static let databases = ["/var/lib/rpm", "/usr/lib/sysimage/rpm"].flatMap { folder in
        ["rpmdb.sqlite", "Packages", "Packages.db"].map { "\(folder)/\($0)" }
    }

    /// An older version and the same one are put in, too: which one is to be was decided before.
    private static let upgrade = ["--upgrade", "--oldpackage", "--replacepkgs"]

    /// What every package begins with.
    private static let magic: [UInt8] = [0xED, 0xAB, 0xEE, 0xDB]

    func name(in file: String) async -> String? {
        // rpm takes any other file for a list of packages, and would install what it names.
        guard Files.bytes(file, limit: Self.magic.count) == Self.magic else { return nil }
        let output = await tools.run(
            "rpm", ["--query", "--package", "--queryformat", "%{NAME}\\n", "--", file])
        guard output.status == 0 else { return nil }
        return PackageLines.all(output.output).first
    }

    /// An upgrade removes what the package says it takes the place of; nothing else changes.
    func companions(of file: String, named name: String) async throws(ApplicationFault) -> [String]
    {
        let test = await tools.run("rpm", Self.upgrade + ["--test", "--", file])
        guard test.status == 0 else {
            throw ApplicationFault(
                Self.kind(of: test, unless: .dependency),
                "rpm cannot install \(name): \(Self.words(test))")
        }
        let output = await tools.run("rpm", ["--query", "--package", "--obsoletes", "--", file])
        guard output.status == 0 else {
            throw ApplicationFault(
                .other, "rpm does not say what \(name) replaces: \(Self.words(output))")
        }
        var replaced: [String] = []
        for line in PackageLines.all(output.output) {
            // `name`, or `name < 2.0`, whose version is not looked at: rather one too many.
            let other = String(line.prefix { !$0.isWhitespace })
            guard other != name, !other.hasPrefix("(") else { continue }
            let query = await tools.run("rpm", ["--query", "--", other])
            if query.status == 0 { replaced.append(other) }
        }
        return replaced
    }

    func install(_ file: String, named name: String) async throws(ApplicationFault) -> [String] {
        let output = await tools.run("rpm", Self.upgrade + ["--", file])
        // rpm only warns when a script fails after the files are in, and ends with 0. Scripts of the
        // version that goes, and those of other packages, are not the new version's.
        let scripts = PackageLines.all(output.output + output.errorOutput)
            .filter { $0.contains("scriptlet failed") }
        let own = scripts.first { line in
            guard !line.contains("%preun("), !line.contains("%postun("),
                let start = line.firstRange(of: "(\(name)-")
            else { return false }
            // Behind the hyphen stands the version, or the rest of another package's name.
            return line[start.upperBound...].first?.isNumber == true
        }
        guard output.status != 0 || own != nil else { return scripts.map { "rpm: \($0)" } }
        throw ApplicationFault(
            scripts.isEmpty ? Self.kind(of: output, unless: .other) : .maintainerScript,
            "rpm: \(own ?? Self.words(output))")
    }

    func remove(_ name: String) async throws(ApplicationFault) {
        let output = await tools.run("rpm", ["--erase", "--", name])
        guard output.status == 0 else {
            throw ApplicationFault(
                Self.kind(of: output, unless: .other),
                "rpm cannot remove \(name): \(Self.words(output))")
        }
    }

    private static func all(_ output: CommandOutput) -> String {
        String(decoding: output.output + output.errorOutput, as: UTF8.self)
    }

    private static func kind(
        of output: CommandOutput, unless other: ApplicationFault.Kind
    ) -> ApplicationFault.Kind {
        let text = all(output)
        if text.contains("transaction lock") { return .lockHeld }
        if text.contains("No space left on device") || text.contains("more space on the") {
            return .diskFull
        }
        if text.contains("does not verify") || text.contains(": BAD") { return .signature }
        if text.contains("Failed dependencies") || text.contains("conflicts with") {
            return .dependency
        }
        return other
    }

    /// What stands in lines that rpm does not begin with "error:".
    private static let refusals = [" conflicts with ", "more space on the", "does not verify"]

    /// What rpm complains of: below `Failed dependencies:` stands what is missing.
    static func words(_ output: CommandOutput) -> String {
        let lines = PackageLines.all(output.errorOutput)
        let heading = lines.firstIndex { $0.hasSuffix("Failed dependencies:") }
        let told =
            heading.flatMap { lines.dropFirst($0 + 1).first }
            ?? lines.first { $0.hasPrefix("error:") }
            ?? lines.first { $0.contains("scriptlet failed") }
            ?? lines.first { line in refusals.contains { line.contains($0) } }
        return told.map { String($0.prefix(ApplicationTools.longestQuote)) }
            ?? ApplicationTools.words(output)
    }
}
