/// The characters of which a package manager's names are made. No name is an option, and none but
/// the titles of macOS's updates and applications holds a blank.
struct PackageNameRule {
    /// What may stand among letters and digits.
    private let signs: String
    /// Which of the signs may stand in front; never a hyphen.
    private let firstSigns: String
    /// How many bytes the name has.
    private let lengths: ClosedRange<Int>
    /// Whether letters beyond ASCII are allowed.
    private let isUnicode: Bool
    /// What else must hold.
    private let condition: (String) -> Bool

    private init(
        _ signs: String, firstSigns: String = "",
        lengths: ClosedRange<Int> = 1...PackageName.maximumLength, isUnicode: Bool = false,
        condition: @escaping (String) -> Bool = { _ in true }
    ) {
        self.signs = signs
        self.firstSigns = firstSigns
        self.lengths = lengths
        self.isUnicode = isUnicode
        self.condition = condition
    }

    /// The rule of one package manager.
    static func of(_ manager: PackageManagerName) -> PackageNameRule {
        switch manager {
        // apk-package(5); a name with a point in front is a set of packages made by hand.
        case .apk: PackageNameRule("._+-", firstSigns: "._")
        case .application: PackageNameRule(" .,:()_+-/@#!", isUnicode: true)
        case .apt: PackageNameRule(".+-") { PackageName(apt: $0) != nil }
        case .brew: PackageNameRule(".@_+-/", condition: isFormula)
        case .cargo: PackageNameRule("_-", lengths: 1...64)
        // NuGet's identifiers.
        case .chocolatey: PackageNameRule("._-", firstSigns: "_", lengths: 1...100)
        // rpm forbids little; these are the characters that distributions use.
        case .dnf, .zypper: PackageNameRule("._+-~^", firstSigns: "_")
        case .flatpak: PackageNameRule("._-/", firstSigns: "_", condition: isApplication)
        // The SHA-1 of what identifies the part.
        case .fwupd: PackageNameRule("", lengths: 40...40, condition: isHexadecimal)
        case .gem: PackageNameRule("._-", firstSigns: "_")
        case .mas: PackageNameRule("", lengths: 5...20) { $0.utf8.allSatisfy(isDigit) }
        // Old packages have capitals; a scope stands before the slash.
        case .npm: PackageNameRule("@._~/-", firstSigns: "@", lengths: 1...214, condition: isNode)
        // The core metadata's `Name`.
        case .pip: PackageNameRule("._-")
        // PKGBUILD(5).
        case .pacman: PackageNameRule("@._+-", firstSigns: "@_+")
        case .recipe: PackageNameRule("-.", lengths: 1...64) { $0 == $0.lowercased() }
        case .snap: PackageNameRule("-_", lengths: 1...51, condition: isSnap)
        case .softwareupdate: PackageNameRule(" .,:()_+-/", isUnicode: true)
        case .windowsUpdate:
            PackageNameRule("-", lengths: 5...36) { isArticle($0) || isUniversalIdentifier($0) }
        // Parts between points, or the Microsoft Store's identifier.
        case .winget:
            PackageNameRule(
                ".+-_,&!", lengths: 1...128, isUnicode: true, condition: isWingetIdentifier)
        }
    }

    /// Whether the text is such a name.
    func allows(_ text: String) -> Bool {
        guard lengths.contains(text.utf8.count), let first = text.unicodeScalars.first else {
            return false
        }
        return (isPlain(first) || firstSigns.unicodeScalars.contains(first))
            && text.unicodeScalars.allSatisfy {
                isPlain($0) || signs.unicodeScalars.contains($0)
            } && condition(text)
    }

    private func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x80...:
            isUnicode && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        default: false
        }
    }
}

// What single managers ask besides.
extension PackageNameRule {
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// `name`, or `owner/tap/name`.
    private static func isFormula(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return [1, 3].contains(parts.count)
            && parts.allSatisfy { part in !part.isEmpty && !"-.".contains(part.prefix(1)) }
    }

    /// At least three parts between points, as names on D-Bus have; behind `//` the branch, where
    /// several are installed side by side.
    private static func isApplication(_ text: String) -> Bool {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = halves.first,
            halves.count == 1 || (halves.count == 3 && halves[1].isEmpty),
            let branch = halves.last, !branch.isEmpty, !branch.hasPrefix("-")
        else { return false }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count >= 3 && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix("-") }
    }

    /// winget's schema of manifests allows `R&D` and `Tool!` in the parts between points; no shell
    /// ever sees the name. The Store's identifiers have no such signs.
    private static func isWingetIdentifier(_ text: String) -> Bool {
        text.contains(".") || !text.contains { "&!".contains($0) }
    }

    /// `name`, or `@scope/name`.
    private static func isNode(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && !"-.".contains($0.prefix(1)) }) else {
            return false
        }
        guard text.hasPrefix("@") else { return parts.count == 1 && !text.contains("@") }
        return parts.count == 2 && parts[0].utf8.count > 1 && !text.dropFirst().contains("@")
    }

    private static func isHexadecimal(_ text: String) -> Bool {
        text.utf8.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
    }

    /// Lower-case letters, digits and single hyphens with at least one letter; one of several
    /// instances has a key of its own behind `_`.
    private static func isSnap(_ text: String) -> Bool {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard let name = parts.first, parts.count <= 2, (1...40).contains(name.utf8.count),
            parts.count == 1 || (1...10).contains(parts[1].utf8.count)
        else { return false }
        return text == text.lowercased() && name.contains(where: \.isLetter)
            && !name.hasSuffix("-") && !name.contains("--")
            && (parts.count == 1 || !parts[1].contains("-"))
    }

    /// `KB` and a number.
    private static func isArticle(_ text: String) -> Bool {
        text.hasPrefix("KB") && (4...10).contains(text.utf8.count - 2)
            && text.utf8.dropFirst(2).allSatisfy(isDigit)
    }

    /// RFC 9562, section 4.
    private static func isUniversalIdentifier(_ text: String) -> Bool {
        let parts = text.lowercased().split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && parts.allSatisfy { isHexadecimal(String($0)) }
    }
}
