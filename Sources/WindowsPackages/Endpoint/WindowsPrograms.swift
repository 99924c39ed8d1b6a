import SystemFiles

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Where the programs of an endpoint's package tools stand. Nothing is looked for on a `PATH`.
public struct WindowsPrograms: Hashable, Sendable, Codable {
    /// Windows PowerShell 5.1.
    public var powershell: String
    /// Chocolatey; `nil` where it is not used.
    public var chocolatey: String?
    /// winget; `nil` where it is not used.
    public var winget: String?

    /// The largest file that names programs, in bytes.
    static let largestFile = 65_536

    /// Programs at these absolute paths.
    public init(powershell: String, chocolatey: String? = nil, winget: String? = nil) {
        self.powershell = powershell
        self.chocolatey = chocolatey
        self.winget = winget
    }

    /// Reads the file that names them: a JSON object with `powershell`, and `chocolatey` and
    /// `winget` where they are used.
    ///
    /// - Throws: `WindowsProgramsFailure` when it cannot be read, or a path in it is not absolute.
    public init(file: String) throws(WindowsProgramsFailure) {
        guard let bytes = Files.bytes(file, limit: Self.largestFile) else {
            throw WindowsProgramsFailure(message: "\(file) cannot be read, or is too large.")
        }
        guard let programs = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            throw WindowsProgramsFailure(
                message: "\(file) is no JSON object that names the program `powershell`.")
        }
        let paths = [programs.powershell, programs.chocolatey, programs.winget].compactMap(\.self)
        if let path = paths.first(where: { !Self.isAbsolute($0) }) {
            throw WindowsProgramsFailure(message: "\(file) names “\(path)”, which is not absolute.")
        }
        self = programs
    }

    /// `/usr/…`, or `C:\…`.
    private static func isAbsolute(_ path: String) -> Bool {
        let letters = Array(path.utf8.prefix(3))
        return path.hasPrefix("/")
            || letters.count == 3 && letters[1] == UInt8(ascii: ":")
                && letters[2] == UInt8(ascii: "\\")
    }
}

/// The file that names programs cannot be used.
public struct WindowsProgramsFailure: Error, Hashable, Sendable {
    /// A stable code.
    public let code = "E_WINDOWS_PROGRAMS"
    /// What is wrong.
    public let message: String
    /// What to do about it.
    public let nextStep =
        "Name the absolute paths of powershell, chocolatey and winget in it (docs/windows.md)."
}

extension WindowsProgramsFailure: CustomStringConvertible {
    /// The cause and the next step.
    public var description: String { "\(code): \(message) \(nextStep)" }
}
