import Foundation
import PackageManagers
package import Recipes
import SystemFiles

/// The programs that run on the endpoint, as far as a recipe's blocking ones are concerned.
package struct RunningPrograms: Sendable {
    /// Where the kernel shows its processes.
    var folder = "/proc"

    /// The most processes that are looked at, as where restarts are looked for.
    private static let mostProcesses = 65_536
    /// How many words of a command line are looked at: an interpreter, its option, its script.
    private static let words = 3

    package init() {}

    init(folder: String) { self.folder = folder }

    /// The first process that blocks an application, in words; `nil` when none does. What runs in
    /// one of the recipe's services does not block: it is stopped.
    package func blocking(_ recipe: Recipe) -> String? {
        let names = recipe.install?.blocking ?? []
        guard !names.isEmpty else { return nil }
        let services = Set(recipe.install?.services ?? [])
        let wanted = names.map { name in
            name.hasPrefix("/")
                ? (name, URL(filePath: name).resolvingSymlinksInPath().path) : (name, "")
        }
        let ids = Files.names(in: folder).compactMap { Int32($0) }.sorted()
        for id in ids.prefix(Self.mostProcesses) {
            let process = "\(folder)/\(id)"
            guard isOwn(process), let program = Files.link("\(process)/exe") else { continue }
            let command = Files.bytes("\(process)/cmdline", limit: 65_536) ?? []
            let words = command.split(separator: 0, maxSplits: Self.words).prefix(Self.words)
                .map { String(decoding: $0, as: UTF8.self) }
            // A program whose file has been replaced still runs.
            let path =
                program.hasSuffix(" (deleted)") ? String(program.dropLast(10)) : program
            let seen = [path] + words
            let found = wanted.first { name, resolved in
                name.hasPrefix("/")
                    ? seen.contains(name) || seen.contains(resolved)
                    : seen.contains { $0.split(separator: "/").last.map { $0 == name } ?? false }
            }
            guard let found else { continue }
            let group = Files.bytes("\(process)/cgroup", limit: 65_536) ?? []
            if let unit = ProcessTable.unit(group), services.contains(unit) { continue }
            return "\(found.0) (process \(id))"
        }
        return nil
    }

    /// Whether a process has this machine's root folder: those of containers have other files.
    private func isOwn(_ process: String) -> Bool {
        guard let own = Files.status("/"), let other = Files.status("\(process)/root") else {
            return false
        }
        return own.device == other.device && own.inode == other.inode
    }
}
