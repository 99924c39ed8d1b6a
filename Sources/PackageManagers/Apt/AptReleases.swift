import ToolOutputs

/// What the `Release` file of a source says of it, as `apt-cache policy` (without a name) prints
/// it.
struct AptRelease: Hashable, Sendable {
    /// `o=`, such as `Debian`.
    var origin = ""
    /// `l=`, such as `Debian-Security`.
    var label = ""
    /// `a=`, such as `stable-security`.
    var suite = ""
    /// `n=`, such as `bookworm-security`.
    var codename = ""
    /// `v=`, such as `12.15`.
    var version = ""
    /// The server's name; empty for a folder.
    var site = ""

    /// The release as apt names it in its plans: `Debian-Security:12/stable-security`.
    var description: String {
        let place = [version, suite].filter { !$0.isEmpty }.joined(separator: "/")
        if label.isEmpty { return suite.isEmpty ? site : place }
        return suite.isEmpty ? "\(label):\(site)" : "\(label):\(place)"
    }
}

/// The releases of all sources, by the words with which apt describes a source.
struct AptReleases: Hashable, Sendable {
    private(set) var bySource: [String: AptRelease] = [:]

    /// Reads the output of `apt-cache policy`.
    init(_ bytes: [UInt8]) {
        var source: String?
        TextLines.each(bytes) { slice in
            let line = String(decoding: slice, as: UTF8.self)
            let words = TextLines.words(line)
            guard line.hasPrefix(" "), words.count >= 2 else {
                source = nil
                return
            }
            if Int(words[0]) != nil {
                let description = words.dropFirst().joined(separator: " ")
                source = description
                bySource[description] = AptRelease()
            } else if words[0] == "release", let source {
                bySource[source]?.read(words.dropFirst().joined(separator: " "))
            } else if words[0] == "origin", let source {
                bySource[source]?.site = words[1]
            }
        }
    }

    /// The release of a source; empty when apt told nothing of it.
    subscript(source: String) -> AptRelease { bySource[source] ?? AptRelease() }

    /// Several sources in one text, each release once, as apt prints them.
    func origin(of sources: [AptPolicy.Source]) -> String {
        var seen: [String] = []
        for source in sources {
            let text = self[source.description].description
            if !text.isEmpty, !seen.contains(text) { seen.append(text) }
        }
        return seen.joined(separator: ", ")
    }
}

extension AptRelease {
    /// `v=12,o=Debian,l=A, B,c=main`: a piece without `=` after one letter belongs to the value
    /// before it.
    fileprivate mutating func read(_ text: String) {
        var fields: [(key: Character, value: String)] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            if piece.dropFirst().first == "=", let key = piece.first {
                fields.append((key, String(piece.dropFirst(2))))
            } else if let last = fields.indices.last {
                fields[last].value += "," + piece
            }
        }
        for field in fields {
            switch field.key {
            case "o": origin = field.value
            case "l": label = field.value
            case "a": suite = field.value
            case "n": codename = field.value
            case "v": version = field.value
            default: break
            }
        }
    }
}
