public import Fleet

/// What matching needs of an endpoint.
public struct EndpointSoftware: Sendable {
    /// The operating system.
    public var os: OperatingSystem
    /// The release of the running kernel as `uname -r` prints it; empty when it is not known, and
    /// in a container, where it is not the endpoint's.
    public var runningKernel: String
    /// The installed packages.
    public var rows: [SoftwareRow]
    /// What still runs although it has been replaced.
    public var replaced: ReplacedCode
    /// The channels of its release that it is known to receive.
    public var channels: [String]

    /// An endpoint's software.
    public init(
        os: OperatingSystem, runningKernel: String = "", rows: [SoftwareRow],
        replaced: ReplacedCode = ReplacedCode(), channels: [String] = []
    ) {
        self.channels = channels
        self.os = os
        self.runningKernel = runningKernel
        self.rows = rows.withSourceEpochs()
        self.replaced = replaced
    }
}

/// Code that still runs although an update has replaced it on disk.
public struct ReplacedCode: Sendable {
    /// Packages that are named outright (those that asked for a reboot).
    public private(set) var packages: Set<String> = []

    /// No such code.
    public init() {}

    /// Takes words in which packages may be named, such as the detail of a reboot signal.
    public mutating func addNames(in text: String) {
        let separators: Set<Character> = [" ", ",", "\n", "\t", ";", "(", ")", ":"]
        for word in text.split(whereSeparator: separators.contains) {
            packages.insert(String(word))
        }
    }

    /// Takes a replaced file that a process still maps, and names the packages that it may have
    /// come from: Debian names the package of a library by its soname (Debian Policy 8.1), and a
    /// program's package often bears its name.
    public mutating func addFile(_ path: String) {
        guard var name = path.split(separator: "/").last else { return }
        if let cut = name.firstIndex(of: " ") { name = name[..<cut] }
        packages.insert(String(name))
        for package in Self.libraryPackages(of: name) { packages.insert(package) }
    }

    /// Whether a package's old code may still run.
    func mayRun(_ package: String) -> Bool { packages.contains(package) }

    /// `libssl.so.3` -> `libssl3`, `libssl3t64`; `libfoo2.so.1` -> `libfoo2-1`.
    private static func libraryPackages(of file: Substring) -> [String] {
        if file.hasPrefix("ld-linux") { return ["libc6"] }
        let parts = file.split(separator: ".", omittingEmptySubsequences: false)
        guard let mark = parts.firstIndex(of: "so"), mark > 0, mark + 1 < parts.count,
            !parts[mark + 1].isEmpty
        else { return [] }
        var stem = parts[..<mark].joined(separator: ".").lowercased()
        stem = String(stem.map { $0 == "_" ? "-" : $0 })
        if let shared = sharedPackages[stem] { stem = shared }
        let hyphen = stem.last?.isNumber == true ? "-" : ""
        let name = "\(stem)\(hyphen)\(parts[mark + 1])"
        return stem == "libz" ? ["zlib1g"] : [name, "\(name)t64"]
    }

    /// Libraries that live in the package of another.
    private static let sharedPackages = [
        "libcrypto": "libssl", "libm": "libc", "libpthread": "libc", "libdl": "libc",
        "libresolv": "libc", "librt": "libc",
    ]
}
