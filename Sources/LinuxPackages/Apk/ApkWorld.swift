import SystemFiles
import ToolOutputs
import Versions

/// What an endpoint asks apk for (`/etc/apk/world`): packages, some of them in certain versions or
/// from a certain repository.
struct ApkWorld: Hashable, Sendable {
    /// The package that asks for the older versions while something is taken back, and is gone
    /// afterwards.
    static let back = ".patchbay-back"
    /// Real ones have some KB.
    private static let largest = 1 << 20

    /// One of its entries: `name@tag>=version`.
    struct Wish: Hashable, Sendable {
        /// As it is written.
        var text: String
        var name: String
        /// What stands between the name and the version; empty without a version.
        var sign: String
        var version: String
    }

    let wishes: [Wish]

    init(_ bytes: [UInt8]) {
        wishes = TextLines.strings(bytes).flatMap { TextLines.words($0) }.compactMap(Self.wish)
    }

    /// That of the system in a folder.
    static func read(root: String) -> ApkWorld {
        ApkWorld(Files.bytes("\(root)/etc/apk/world", limit: largest) ?? [])
    }

    /// The entry that keeps a package from a version; `nil` when none does.
    func hold(on name: String, at version: String) -> Wish? {
        wishes.first { $0.name == name && !$0.sign.isEmpty && !Self.allows($0, version) }
    }

    /// Whether something was being taken back when a run was cut off.
    var isBackOpen: Bool { wishes.contains { $0.name == Self.back } }

    private static func wish(_ text: String) -> Wish? {
        // What begins so is a package that must not be there.
        guard !text.hasPrefix("!") else { return nil }
        let name = text.prefix { !"@=<>~".contains($0) }
        var rest = text[name.endIndex...]
        if rest.first == "@" { rest = rest.drop { !"=<>~".contains($0) } }
        let sign = rest.prefix { "=<>~".contains($0) }
        guard !name.isEmpty else { return nil }
        return Wish(
            text: text, name: String(name), sign: String(sign),
            version: String(rest[sign.endIndex...]))
    }

    /// apk-world(5): `~` takes every version that begins so, `><` exactly one file.
    private static func allows(_ wish: Wish, _ version: String) -> Bool {
        let signs = Set(wish.sign)
        if signs == ["<", ">"] { return false }
        if signs.contains("~"), version.hasPrefix(wish.version) {
            let next = version.dropFirst(wish.version.count).first
            if next == nil || "._-~".contains(next ?? " ") { return true }
        }
        switch try? Ecosystem.apk.compare(version, wish.version) {
        case .less: return signs.contains("<")
        case .greater: return signs.contains(">")
        case .equal: return signs.contains("=") || signs.contains("~")
        // It cannot be told here: apk's own plan says it.
        case nil: return true
        }
    }
}
