public import Fleet
import Versions

/// Operating systems that are one package themselves: Windows, whose updates mend the whole, and
/// whose build tells which of them it has.
public enum OperatingSystemRow {
    /// Windows on workstations, as a distribution.
    public static let windows = "windows"
    /// Windows on servers: builds of the same number are mended by other updates there.
    public static let windowsServer = "windows-server"
    /// The name of the package that stands for Windows.
    public static let windowsName = "windows"

    /// The distribution and release of a Windows; `nil` for other systems, and where `versionId`
    /// is no build such as `10.0.22631.6199`.
    static func release(of os: OperatingSystem) -> ReleaseName? {
        let parts = os.versionId.split(separator: ".", omittingEmptySubsequences: false)
        guard os.id.lowercased() == windows, parts.count == 4,
            parts.allSatisfy({ UInt32($0) != nil })
        else { return nil }
        let isServer = os.name.lowercased().split(separator: " ").contains("server")
        return ReleaseName(
            distribution: isServer ? windowsServer : windows,
            release: parts.prefix(3).joined(separator: "."))
    }

    /// The row that stands for the system; `nil` where its packages tell what it is.
    public static func row(of os: OperatingSystem) -> SoftwareRow? {
        guard release(of: os) != nil else { return nil }
        return SoftwareRow(order: .generic, name: windowsName, version: os.versionId)
    }

    /// Whether a row stands for a system, and for no package of the same name.
    public static func stands(for row: SoftwareRow) -> Bool {
        row.ecosystem == nil && row.order == .generic && row.name == windowsName
    }
}
