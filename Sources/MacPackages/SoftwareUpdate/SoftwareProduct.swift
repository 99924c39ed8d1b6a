import Fleet
import ToolOutputs

/// What one of softwareupdate's titles is the title of. Labels and titles hold the version
/// (`macOS Tahoe 26.5`), so that neither names the same thing from one version to the next.
enum SoftwareProduct {
    /// What the system itself is called in an inventory.
    static let system = "macOS"

    /// The title without its version: `Command Line Tools for Xcode` of `Command Line Tools for
    /// Xcode 26.5`, `macOS Update` of `macOS 10.14.1 Update`.
    static func name(title: String, version: String) -> String {
        let words = title.split { $0.isWhitespace }.filter { word in
            let bare = word.drop { $0 == "(" }.prefix { $0 != ")" && $0 != "," }
            return bare != version[...]
        }
        return words.joined(separator: " ")
    }

    /// Whether a title is that of the system itself.
    static func isSystem(_ title: String) -> Bool {
        ["macOS ", "OS X ", "Mac OS X "].contains { title.hasPrefix($0) }
    }
}
