package import Fleet
package import Versions

extension PackageManagerName {
    /// The rules that its versions are ordered by.
    package var ecosystem: Ecosystem {
        switch self {
        case .apk: .apk
        case .apt: .deb
        case .chocolatey: .nuget
        case .dnf, .zypper: .rpm
        case .pacman: .pacman
        case .winget: .winget
        case .cargo, .npm: .semver
        case .gem: .rubygems
        case .pip: .pep440
        case .application, .brew, .flatpak, .fwupd, .mas, .recipe, .snap, .softwareupdate,
            .windowsUpdate:
            .generic
        }
    }

    /// What of one of its versions is compared with versions that people write; `nil` where its
    /// versions are in no order.
    private func written(_ version: String) -> String? {
        switch self {
        // An update of Windows is told by its identifier.
        case .windowsUpdate: nil
        // Behind the version stands which build it is, a commit or a revision.
        case .flatpak, .snap: version.lastIndex(of: "@").map { String(version[..<$0]) } ?? version
        default: version
        }
    }

    /// How one of its versions stands to one that somebody has written; `nil` where that cannot be
    /// told.
    func order(_ version: String, toWritten other: String) -> VersionOrder? {
        written(version).flatMap { try? ecosystem.compare($0, other) }
    }

    /// Whether one of its versions is within bounds; `nil` where that cannot be told.
    package func isVersion(_ version: String, within bounds: VersionBounds) -> Bool? {
        written(version).flatMap { bounds.contains($0, in: ecosystem) }
    }
}

extension PolicyExpression<UpdateField> {
    /// What it says of the version, beside what else it asks for; `nil` where it says nothing.
    var versionWords: String? {
        let parts: [Term] = if case .all(let parts) = root { parts } else { [root] }
        let said = parts.filter { Self($0).fields == [.version] }
        return said.isEmpty ? nil : Self(.all(said)).description
    }

    /// Only those updates whose version is within bounds.
    package func within(_ bounds: VersionBounds) -> Self {
        let tests = bounds.constraints.map { constraint -> Term in
            let comparator = Comparator(rawValue: constraint.comparison.rawValue)
            return .test(FieldTest(.version, comparator ?? .equal, [.text(constraint.version)]))
        }
        return Self(.all(root == .always ? tests : [root] + tests))
    }
}
