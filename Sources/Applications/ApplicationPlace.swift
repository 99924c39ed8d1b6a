import PackageManagers
import Recipes
import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether an application may lie where its recipe says, before anything is written there.
extension ApplicationRun {
    /// Refuses folders in which others than root could exchange the application, and a link in the
    /// place of what is not the application's own.
    func checkPlace() async throws(ApplicationFault) {
        guard let versions = install.versions, let link = install.link else { return }
        for path in [versions, Self.parent(of: link)] {
            let fault = OwnedPath.fault(of: path, trusting: [geteuid()], mayBeMissing: true)
            guard let fault else { continue }
            throw ApplicationFault(
                .refused, "Others could exchange \(plan.recipe.name): \(fault).")
        }
        guard [.folder, .file].contains(FileMoves.kind(link)) else { return }
        let detect = plan.recipe.detect
        guard detect == link || detect.hasPrefix("\(link)/") else {
            throw ApplicationFault(
                .refused,
                "\(link) is there, and is not the application, which is found at \(detect).")
        }
        if let package = await tools.package(owning: link) {
            throw ApplicationFault(
                .refused, "\(link) belongs to the package \(package), and is left alone.")
        }
    }

    private static func parent(of path: String) -> String {
        String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}

extension ApplicationTools {
    /// The package that has brought a file or folder in; `nil` when none has, as far as dpkg and
    /// rpm know.
    func package(owning path: String) async -> String? {
        // Since /bin is a link to /usr/bin, packages may list a file under either name.
        let other = path.hasPrefix("/usr/") ? String(path.dropFirst("/usr".count)) : "/usr\(path)"
        for name in [path, other] {
            if Files.exists(Self.path("dpkg-query")) {
                let output = await run("dpkg-query", ["--search", "--", name])
                let line = String(decoding: output.output, as: UTF8.self)
                if output.status == 0, let package = line.split(separator: ":").first {
                    return String(package)
                }
            }
            if Files.exists(Self.path("rpm")) {
                let output = await run("rpm", ["-q", "--file", "--", name])
                let line = String(decoding: output.output, as: UTF8.self)
                if output.status == 0, let package = line.split(whereSeparator: \.isNewline).first {
                    return String(package)
                }
            }
        }
        return nil
    }
}
