public import Fleet
import Versions

/// Versions of applications, as they are found in what a program prints.
public enum RecipeVersion {
    /// The longest version, in bytes.
    static let longest = 100

    /// Whether a text is a version: it begins with a digit, and holds letters, digits and `.+~:_-`.
    public static func isVersion(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x30...0x39).contains(first),
            text.utf8.count <= longest
        else { return false }
        return text.unicodeScalars.allSatisfy(isPart)
    }

    /// The version in a text: of the first line that fits the pattern; `nil` when none does. White
    /// space at the ends of a line does not count.
    public static func find(in text: String, by pattern: String) -> String? {
        let halves = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        for line in text.split(whereSeparator: \.isNewline) {
            var rest = line.drop { $0.isWhitespace }
            guard rest.hasPrefix(halves[0]) else { continue }
            rest = rest.dropFirst(halves[0].count)
            let version = String(rest.prefix { $0.unicodeScalars.allSatisfy(isPart) })
            let behind = rest.dropFirst(version.count)
            // Without more in the pattern the version is a word of its own.
            let fits =
                halves[1].isEmpty
                ? behind.first.map(\.isWhitespace) ?? true : behind.hasPrefix(halves[1])
            if fits, isVersion(version) { return version }
        }
        return nil
    }

    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: ".+~:_-".unicodeScalars.contains(scalar)
        }
    }
}

extension Recipe {
    /// Why what a recipe finds missing is not installed where it does not say how.
    public static let notInstalled =
        "Its recipe does not say how it is installed: update it as its maker says."
    /// The same of a recipe that lies on the endpoint and that nobody has signed.
    public static let notSigned =
        "Its recipe is not signed, and Patchbay installs by signed recipes only."

    /// The application as a package of an inventory.
    public func package(_ version: String) -> Package {
        Package(
            manager: .recipe, name: name, version: version, architecture: "all", source: name,
            sourceVersion: version)
    }

    /// What is missing where `version` is installed; `nil` when nothing is.
    ///
    /// - Parameters:
    ///   - version: the installed version.
    ///   - isSigned: whether the recipe is signed: others change nothing.
    ///   - wayBack: whether the installed version could be put back afterwards.
    /// - Returns: the missing update.
    public func update(
        from version: String, isSigned: Bool, wayBack: WayBack = .noWay
    ) -> Update? {
        guard (try? Ecosystem.generic.compare(version, self.version)) == .less else { return nil }
        let obstacle = install == nil ? Self.notInstalled : isSigned ? nil : Self.notSigned
        return Update(
            manager: .recipe, name: name, architecture: "all", installed: version,
            candidate: self.version, classes: [purpose], origin: "recipe",
            installability: obstacle == nil ? .installable : .keptBack, bytes: install?.size,
            reason: obstacle, wayBack: obstacle == nil ? wayBack : .noWay)
    }
}
