import Advisories
import Versions

/// Microsoft's names of products that are releases of Windows, and the builds that they have.
///
/// The table is the one place that says which name is which build; a name that is not in it is no
/// release of Windows for us, however it looks (`Windows Admin Center`, `Windows SDK`).
enum WindowsProduct {
    /// Package name of the system itself.
    static let package = OperatingSystemRow.windowsName

    /// The release that a product is; `nil` when it is none that is known.
    static func release(of product: String) -> ReleaseName? {
        let name = plain(product)
        guard let build = builds[name] else { return nil }
        return ReleaseName(
            distribution: name.hasPrefix("windows server")
                ? OperatingSystemRow.windowsServer : OperatingSystemRow.windows,
            release: build)
    }

    /// The build in which a release is mended; `nil` where what stands there is none of it.
    ///
    /// Some records give the build of another release that is serviced with the same one: its last
    /// part is the same.
    static func build(_ text: String, of release: ReleaseName) -> String? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts.allSatisfy({ UInt32($0) != nil }) else { return nil }
        let base = parts.prefix(3).joined(separator: ".")
        if base == release.release { return text }
        let isTogether = together.contains { $0.contains(base) && $0.contains(release.release) }
        return isTogether ? "\(release.release).\(parts[3])" : nil
    }

    /// The name without what does not change the build: `for x64-based Systems`, the kind of
    /// installation, the service pack.
    private static func plain(_ product: String) -> String {
        var words = product.lowercased().split(separator: " ").map(String.init)
        if let cut = words.firstIndex(where: { $0.hasPrefix("(server") }) {
            words = Array(words[..<cut])
        }
        if let cut = words.firstIndex(of: "service"), words.dropFirst(cut + 1).first == "pack" {
            words.removeSubrange(cut..<min(cut + 3, words.count))
        }
        if let cut = words.firstIndex(of: "for") {
            guard words.last == "systems", words.count == cut + 3 else { return "" }
            words = Array(words[..<cut])
        }
        return words.joined(separator: " ")
    }

    private static let builds = [
        "windows 7": "6.1.7601", "windows 8.1": "6.3.9600", "windows rt 8.1": "6.3.9600",
        "windows 10": "10.0.10240", "windows 10 version 1607": "10.0.14393",
        "windows 10 version 1809": "10.0.17763", "windows 10 version 1909": "10.0.18363",
        "windows 10 version 2004": "10.0.19041", "windows 10 version 20h2": "10.0.19042",
        "windows 10 version 21h1": "10.0.19043", "windows 10 version 21h2": "10.0.19044",
        "windows 10 version 22h2": "10.0.19045", "windows 11": "10.0.22000",
        "windows 11 version 21h2": "10.0.22000", "windows 11 version 22h2": "10.0.22621",
        "windows 11 version 23h2": "10.0.22631", "windows 11 version 24h2": "10.0.26100",
        "windows 11 version 25h2": "10.0.26200", "windows 11 version 26h1": "10.0.28000",
        "windows server 2008": "6.0.6003", "windows server 2008 r2": "6.1.7601",
        "windows server 2012": "6.2.9200", "windows server 2012 r2": "6.3.9600",
        "windows server 2016": "10.0.14393", "windows server 2019": "10.0.17763",
        "windows server, version 20h2": "10.0.19042", "windows server 2022": "10.0.20348",
        "windows server 2022, 23h2 edition": "10.0.25398", "windows server 2025": "10.0.26100",
    ]

    /// Releases whose updates have the same last part.
    private static let together: [Set<String>] = [
        ["10.0.19041", "10.0.19042", "10.0.19043", "10.0.19044", "10.0.19045"],
        ["10.0.22621", "10.0.22631"], ["10.0.26100", "10.0.26200"],
    ]
}
