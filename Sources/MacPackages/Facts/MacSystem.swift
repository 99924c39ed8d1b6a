import Fleet
import ToolOutputs

/// Which macOS it is, as `sw_vers` prints it.
struct MacSystem: Hashable, Sendable {
    /// `macOS`, `Mac OS X` or `macOS Server`.
    let product: String
    /// Such as `26.5`.
    let version: String
    /// Such as `25F71`; empty where it is not told.
    let build: String

    /// Lines of a name, a colon, blanks and a value; `nil` when they tell no version.
    init?(_ bytes: [UInt8]) {
        var values: [String: String] = [:]
        for line in TextLines.strings(bytes) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[TextLines.trimmed(line[..<colon])] = TextLines.trimmed(
                line[line.index(after: colon)...])
        }
        guard let product = values["ProductName"], !product.isEmpty,
            let version = values["ProductVersion"], Self.isVersion(version)
        else { return nil }
        self.product = product
        self.version = version
        build = values["BuildVersion"] ?? ""
    }

    /// Stands where nothing depends on the release.
    static let unknown = MacSystem()

    private init() {
        product = "macOS"
        version = "0"
        build = ""
    }

    /// The release that a version belongs to: `26` of `26.5`, `10.15` of `10.15.7`.
    static func release(of version: String) -> String {
        let parts = version.split(separator: ".")
        guard parts.first == "10", parts.count > 1 else { return String(parts.first ?? "") }
        return parts.prefix(2).joined(separator: ".")
    }

    /// The release that runs.
    var release: String { Self.release(of: version) }

    /// Whether it is macOS 11 or newer, whose softwareupdate is another one.
    var isBigSurOrNewer: Bool { release.firstRange(of: ".") == nil && release != "10" }

    var operatingSystem: OperatingSystem {
        OperatingSystem(
            id: "macos", versionId: version,
            name: "\(product) \(version)" + (build.isEmpty ? "" : " (\(build))"),
            codename: Self.codenames[release])
    }

    private static func isVersion(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return (1...4).contains(parts.count) && parts.allSatisfy { Grammar.isNumber($0) }
    }

    /// What Apple calls its releases; the system itself does not tell.
    private static let codenames = [
        "10.13": "High Sierra", "10.14": "Mojave", "10.15": "Catalina", "11": "Big Sur",
        "12": "Monterey", "13": "Ventura", "14": "Sonoma", "15": "Sequoia", "26": "Tahoe",
    ]
}
