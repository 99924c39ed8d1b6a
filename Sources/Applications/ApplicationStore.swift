import Foundation
package import Recipes
import SystemFiles

/// The agent's folder for applications: what was downloaded for them, packages that can be put back,
/// and word of what is under way.
package struct ApplicationStore: Sendable {
    /// The folder.
    package let path: String

    package init(_ path: String) { self.path = path }

    /// The folder in an agent's state folder.
    package static func path(in state: String) -> String { "\(state)/applications" }

    /// Where the download of a recipe's version lies once it is whole.
    package func download(_ recipe: Recipe) -> String? {
        recipe.install.map { install in
            // apt takes a file for a package by its ending.
            let ending = install.form.isPackage ? ".\(install.form.rawValue)" : ""
            return "\(path)/\(recipe.name)_\(recipe.version)_\(install.sha256.prefix(16))\(ending)"
        }
    }

    /// Whether it is there, as far as its size tells; the hash is compared when it is used.
    package func isDownloaded(_ recipe: Recipe) -> Bool {
        guard let file = download(recipe), let size = recipe.install?.size else { return false }
        return Files.status(file)?.size == size
    }

    /// Where the package of a version is kept after it was installed.
    func kept(_ recipe: Recipe, _ version: String) -> String {
        let ending = recipe.install?.form == .rpm ? "rpm" : "deb"
        return "\(path)/kept/\(recipe.name)_\(version).\(ending)"
    }

    /// Whether a version can be put back.
    package func canReturn(_ recipe: Recipe, to version: String) -> Bool {
        guard let install = recipe.install, RecipeVersion.isVersion(version) else { return false }
        if install.form.isPackage {
            let file = kept(recipe, version)
            return Files.exists(file) && Files.exists("\(file).sha256")
        }
        return install.versions.map { Files.exists("\($0)/\(version)") } ?? false
    }

    /// Whether the version that is installed now could be put back after an update: folders and
    /// files stay where they are, packages must have been brought in by the agent.
    package func keeps(_ recipe: Recipe, installed version: String) -> Bool {
        recipe.install?.form.isPackage == true
            ? canReturn(recipe, to: version) : recipe.install != nil
    }

    func make() throws(ApplicationFault) {
        do {
            try FileManager.default.createDirectory(
                atPath: "\(path)/kept", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw ApplicationFault(.other, "\(path) cannot be made: \(error)")
        }
    }

    /// Claims the store for a run; no other changes anything meanwhile.
    func claim() throws(ApplicationFault) -> Int32 {
        try make()
        guard let claim = FileMoves.claim("\(path)/lock") else {
            throw ApplicationFault(
                .lockHeld, "Another run of the agent is at work on an application.")
        }
        return claim
    }

    /// Removes the downloads of other versions of a recipe, and what is left of them.
    package func dropOthers(than recipe: Recipe) {
        let own = download(recipe)
        for name in Files.names(in: path) where name.hasPrefix("\(recipe.name)_") {
            let file = "\(path)/\(name)"
            if file != own, file != own.map({ "\($0).part" }) {
                try? FileManager.default.removeItem(atPath: file)
            }
        }
    }
}

/// Where applications may be downloaded from: by HTTPS from anywhere, since a recipe names the hash
/// of what it wants; without it only where the endpoint's administrator allows the source.
package struct ApplicationSources: Sendable {
    /// The list of the endpoint's administrator: one beginning of addresses a line.
    package static let standardFile = "/etc/patchbay-agent/application-sources"
    private static let largestFile = 65_536

    private let allowed: [String]

    /// Reads the list; one that others than root can write allows nothing.
    package init(file: String = standardFile, owner: UInt32 = 0) {
        guard let status = Files.status(file), status.isRegular, status.permissions & 0o022 == 0,
            status.owner == 0 || status.owner == owner,
            let bytes = Files.bytes(file, limit: Self.largestFile)
        else {
            allowed = []
            return
        }
        allowed = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { line in
                let begun = line.drop(while: \.isWhitespace)
                return begun.lastIndex { !$0.isWhitespace }.map { String(begun[...$0]) } ?? ""
            }
            .filter { $0.hasPrefix("http://") }.map { $0.hasSuffix("/") ? $0 : "\($0)/" }
    }

    /// Whether an address may be asked.
    package func allows(_ address: String) -> Bool {
        address.hasPrefix("https://") || allowed.contains { address.hasPrefix($0) }
    }

    /// What is said of one that may not.
    package static func refusal(_ address: String) -> String {
        "\(address) is not asked by HTTPS, and the endpoint's administrator does not allow it in "
            + "\(standardFile)."
    }
}
