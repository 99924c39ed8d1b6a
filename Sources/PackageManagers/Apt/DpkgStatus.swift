import Fleet
import ToolOutputs

/// What the dpkg database (`/var/lib/dpkg/status`) says is installed.
///
/// Read in place rather than asked of dpkg-query: it is one file of paragraphs, and needs neither
/// dpkg's lock nor a process.
struct DpkgStatus: Hashable, Sendable {
    /// One package that has at least been unpacked.
    struct Entry: Hashable, Sendable {
        var name: String
        var architecture: String
        var version: String
        var source: String
        var sourceVersion: String
        /// Whether someone put it on hold (`apt-mark hold`).
        var isHeld: Bool
        /// dpkg's word for its state when it is not properly installed, such as `half-configured`;
        /// `nil` when it is.
        var unfinished: String?
        /// Whether dpkg asks for it to be installed again before anything else.
        var needsReinstallation: Bool

        var key: PackageKey { PackageKey(manager: .apt, name: name, architecture: architecture) }

        /// The installed package as the fleet's vocabulary has it.
        func package(origin: String?) -> Package {
            Package(
                manager: .apt, name: name, version: version, architecture: architecture,
                source: source, sourceVersion: sourceVersion, origin: origin)
        }
    }

    /// Every package that is there wholly or in part, in the order of the file.
    private(set) var entries: [Entry] = []
    /// Paragraphs that could not be read, each in words.
    private(set) var unreadable: [String] = []
    /// The endpoint's own architecture: that of dpkg itself; `nil` without dpkg.
    private(set) var architecture: String?

    private static let fields = [
        "Package", "Status", "Version", "Architecture", "Source",
    ]

    /// Reads the file's bytes.
    init(_ bytes: [UInt8]) {
        ControlFile(Self.fields).paragraphs(bytes) { values, line in
            guard let name = values[0], let status = values[1] else {
                unreadable.append(
                    "dpkg status, line \(line): a paragraph without Package or Status")
                return
            }
            add(name: name, status: status, values: values, line: line)
        }
    }

    /// Those that are properly installed: with `unpacked` or `half-configured` a program may be on
    /// the disk without working, so such a package counts neither as its old version nor as its new
    /// one until dpkg has finished.
    var installed: [Entry] { entries.filter { $0.unfinished == nil } }

    /// A sentence for each package that dpkg has not finished with: they are missing from the
    /// inventory, and that must not go unsaid.
    var notes: [String] {
        entries.compactMap { entry in
            guard let state = entry.unfinished else { return nil }
            let package = "\(entry.name) \(entry.version) \(entry.architecture)"
            return "dpkg: \(package) is \(state), not installed"
        } + unreadable
    }

    private mutating func add(name: String, status: String, values: [String?], line: Int) {
        let words = TextLines.words(status)
        guard words.count == 3 else {
            unreadable.append("dpkg status, line \(line): \(name) has the status \"\(status)\"")
            return
        }
        // Removed packages, of which at most configuration files are left, have no software on the
        // disk.
        if words[2] == "not-installed" || words[2] == "config-files" { return }
        guard PackageName(apt: name) != nil, let version = values[2], let architecture = values[3],
            isDebianArchitecture(architecture)
        else {
            unreadable.append("dpkg status, line \(line): \(name) has no version or architecture")
            return
        }
        if name == "dpkg" { self.architecture = architecture }
        let source = Self.source(values[4], name: name, version: version)
        entries.append(
            Entry(
                name: name, architecture: architecture, version: version, source: source.name,
                sourceVersion: source.version, isHeld: words[0] == "hold",
                unfinished: Self.unfinished(words[2]), needsReinstallation: words[1] == "reinstreq")
        )
    }

    /// Waiting for triggers, a package is configured and works; its triggers run with the next
    /// dpkg.
    private static func unfinished(_ state: String) -> String? {
        switch state {
        case "installed", "triggers-awaited", "triggers-pending": nil
        default: state
        }
    }

    /// `Source: name` or `Source: name (version)`; without it, source and binary have one name and
    /// version (Policy 5.6.1).
    private static func source(
        _ field: String?, name: String, version: String
    ) -> (name: String, version: String) {
        guard let field, !field.isEmpty else { return (name, version) }
        guard let open = field.firstIndex(of: "("), let close = field.lastIndex(of: ")"),
            open < close
        else { return (TextLines.trimmed(field), version) }
        return (
            TextLines.trimmed(field[..<open]),
            TextLines.trimmed(field[field.index(after: open)..<close])
        )
    }
}
