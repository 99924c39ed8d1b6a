/// How names of packages are told to be the same where an ecosystem lets one name be written in
/// several ways.
public enum PackageNaming {
    /// The spelling that the index uses.
    ///
    /// PyPI's names are compared without regard to case and to which of `-`, `_`, `.` stands
    /// between (PEP 503); those of NuGet, winget and Chocolatey without regard to case. All others
    /// are as they are written.
    public static func canonical(_ name: String, in scope: PackageScope) -> String {
        guard case .ecosystem(let ecosystem) = scope else { return name }
        switch ecosystem {
        case "PyPI": return pep503(name)
        case "NuGet", "winget", "chocolatey", "Packagist": return name.lowercased()
        default: return name
        }
    }

    private static func pep503(_ name: String) -> String {
        var bytes: [UInt8] = []
        for byte in name.lowercased().utf8 {
            let isSeparator = byte == 0x2D || byte == 0x5F || byte == 0x2E
            if !isSeparator { bytes.append(byte) } else if bytes.last != 0x2D { bytes.append(0x2D) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
