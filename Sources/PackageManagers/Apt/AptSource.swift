import SystemFiles
import ToolOutputs

/// One index that an endpoint is configured to read: an address and a suite with its components
/// (sources.list(5)).
struct AptSource: Hashable, Sendable {
    /// The address, without a slash at its end and without a password.
    var address: String
    /// The suite, such as `bookworm-security`; a flat repository's folder, such as `./`.
    var suite: String
    /// The components; empty for a flat repository.
    var components: [String]

    /// The name that people know it by: `http://deb.example.org/debian bookworm main`.
    var name: String { ([address, suite] + components).joined(separator: " ") }

    /// The beginning of the names of its files in apt's folder of indexes, as apt makes them from
    /// the address.
    var listPrefix: String {
        let place = suite.hasSuffix("/") ? "/\(suite)" : "/dists/\(suite)/"
        return Self.fileName(address + place)
    }

    /// A source that may have been written with a slash too many, or with a password, which must
    /// not leave the endpoint.
    init(address: String, suite: String, components: [String]) {
        var plain = PlainAddress.of(address)
        while plain.hasSuffix("/"), plain.utf8.count > 1 { plain.removeLast() }
        self.address = plain
        self.suite = suite
        self.components = components
    }

    /// Characters that apt writes as `%` and two digits in the name of an index file.
    private static let escaped = Set("\\|{}[]<>\"^~_=!@#$%^&*".utf8)

    private static func fileName(_ address: String) -> String {
        let plain =
            address.firstRange(of: "://").map { address[$0.upperBound...] }
            ?? address.firstIndex(of: ":").map { address[address.index(after: $0)...] }
            ?? address[...]
        var name: [UInt8] = []
        for byte in plain.utf8 {
            if escaped.contains(byte) || byte <= 0x20 || byte >= 0x7F {
                let digits = String(byte, radix: 16)
                name += Array("%\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
            } else {
                name.append(byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte)
            }
        }
        return String(decoding: name, as: UTF8.self)
    }
}

/// Reads which indexes an endpoint is configured to use.
enum AptSourceLists {
    /// One source for each address and suite; components from several entries are put together.
    static func merged(_ sources: [AptSource]) -> [AptSource] {
        var result: [AptSource] = []
        for source in sources {
            let same = result.firstIndex {
                $0.address == source.address && $0.suite == source.suite
            }
            if let same {
                for component in source.components
                where !result[same].components.contains(component) {
                    result[same].components.append(component)
                }
            } else {
                result.append(source)
            }
        }
        return result
    }

    /// The one-line format: `deb [option=value ...] address suite component...`. Entries of source
    /// packages are passed over: they bring no updates. The second result holds lines that cannot
    /// be read.
    static func oneLine(_ bytes: [UInt8]) -> (sources: [AptSource], unreadable: [String]) {
        var sources: [AptSource] = []
        var unreadable: [String] = []
        for line in TextLines.strings(bytes) {
            let words = fields(line.prefix { $0 != "#" })
            guard let type = words.first, type != "deb-src" else { continue }
            let rest = words.dropFirst().drop { $0.hasPrefix("[") }
            guard type == "deb", rest.count >= 2 else {
                unreadable.append(line)
                continue
            }
            let parts = Array(rest)
            sources.append(
                AptSource(address: parts[0], suite: parts[1], components: Array(parts.dropFirst(2)))
            )
        }
        return (sources, unreadable)
    }

    /// The words of a line; brackets hold together what stands between them, also in the middle of
    /// a word (`cdrom:[Debian 12]/`).
    private static func fields(_ line: Substring) -> [String] {
        var words: [String] = []
        var word = ""
        var depth = 0
        for character in line {
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            if depth <= 0, character == " " || character == "\t" {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    /// The deb822 format: paragraphs with `Types`, `URIs`, `Suites`, `Components` and `Enabled`.
    static func paragraphs(_ bytes: [UInt8]) -> (sources: [AptSource], unreadable: [String]) {
        var sources: [AptSource] = []
        var unreadable: [String] = []
        let file = ControlFile(
            ["Types", "URIs", "Suites", "Components", "Enabled"], comments: true)
        file.paragraphs(bytes) { values, line in
            if isNo(values[4]) { return }
            let types = TextLines.words(values[0] ?? "")
            let addresses = TextLines.words(values[1] ?? "")
            let suites = TextLines.words(values[2] ?? "")
            guard !types.isEmpty, !addresses.isEmpty, !suites.isEmpty else {
                unreadable.append("line \(line): a paragraph without Types, URIs or Suites")
                return
            }
            guard types.contains("deb") else { return }
            let components = TextLines.words(values[3] ?? "")
            for address in addresses {
                for suite in suites {
                    sources.append(
                        AptSource(address: address, suite: suite, components: components))
                }
            }
        }
        return (sources, unreadable)
    }

    /// apt's words for "no" (`StringToBool`).
    private static func isNo(_ value: String?) -> Bool {
        guard let value = value?.lowercased() else { return false }
        return ["no", "false", "without", "off", "disable", "0"].contains(value)
    }

    /// All files of an endpoint's configuration folder; the second result names what could not be
    /// read, with its file.
    static func read(folder: String) -> (sources: [AptSource], unreadable: [String]) {
        var sources: [AptSource] = []
        var unreadable: [String] = []
        let parts = Files.names(in: "\(folder)/sources.list.d").filter(isUsed)
        for name in ["sources.list"] + parts.map({ "sources.list.d/\($0)" }) {
            guard let bytes = Files.bytes("\(folder)/\(name)", limit: largestList) else {
                if Files.exists("\(folder)/\(name)") {
                    unreadable.append("\(name): the file cannot be read")
                }
                continue
            }
            let read = name.hasSuffix(".sources") ? paragraphs(bytes) : oneLine(bytes)
            sources += read.sources
            unreadable += read.unreadable.map { "\(name): \($0)" }
        }
        return (merged(sources), unreadable)
    }

    /// A list is written by hand; the largest generated ones have some kilobytes.
    private static let largestList = 1_048_576

    /// apt passes over files with other endings or other characters in their names.
    private static func isUsed(_ name: String) -> Bool {
        (name.hasSuffix(".list") || name.hasSuffix(".sources")) && !name.hasPrefix(".")
            && name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0)
                    || (0x61...0x7A).contains($0)
                    || $0 == 0x5F || $0 == 0x2D || $0 == 0x2E
            }
    }
}
