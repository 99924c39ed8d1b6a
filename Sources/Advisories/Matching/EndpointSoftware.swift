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
    /// come from: a program's package often bears its name, a library's is told by `SharedLibrary`.
    public mutating func addFile(_ path: String) {
        guard var name = path.split(separator: "/").last else { return }
        if let cut = name.firstIndex(of: " ") { name = name[..<cut] }
        packages.insert(String(name))
        if let library = SharedLibrary(file: name) { packages.formUnion(library.packages) }
    }

    /// Whether a package's old code may still run.
    func mayRun(_ package: String) -> Bool { packages.contains(package) }
}
