import Health
public import Policy

extension HealthProbe {
    /// The longest text of a probe, in bytes: an address with its path.
    public static let longestText = 512

    /// The probe on one line, such as `tcp:443` or `unit:nginx.service`.
    public var text: String {
        switch self {
        case .unit(let name): "unit:\(name)"
        case .tcp(let port): "tcp:\(port)"
        case .http(let address): "http:\(address)"
        case .process(let name): "process:\(name)"
        case .script(let name): "script:\(name)"
        case .measure(let measure): "\(measure.subject.rawValue):\(measure.words)"
        }
    }

    /// Reads `text`; `nil` when it is no probe, or one that must not be tried.
    public init?(text: String) {
        guard text.utf8.count <= Self.longestText, let colon = text.firstIndex(of: ":") else {
            return nil
        }
        let rest = String(text[text.index(after: colon)...])
        switch text[..<colon] {
        case "unit": self = .unit(rest)
        case "tcp":
            guard let port = UInt16(rest) else { return nil }
            self = .tcp(port: port)
        case "http": self = .http(rest)
        case "process": self = .process(rest)
        case "script": self = .script(rest)
        case let kind:
            guard let subject = HealthMeasure.Subject(rawValue: String(kind)),
                let measure = HealthMeasure(subject, words: rest)
            else { return nil }
            self = .measure(measure)
        }
        guard isSound else { return nil }
    }

    /// Whether it can be tried on an endpoint without harm: names are names, and an address is one
    /// of the endpoint itself, since a probe is no means of reaching other systems.
    public var isSound: Bool {
        switch self {
        case .unit(let name):
            (1...Self.longestUnit).contains(name.utf8.count) && !name.hasPrefix("-")
                && name.utf8.allSatisfy { Self.isWordByte($0) || ":-_.\\@".utf8.contains($0) }
        case .tcp(let port): port > 0
        case .http(let address): LoopbackAddress(address) != nil
        case .process(let name):
            (1...Self.longestName).contains(name.utf8.count)
                && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
        case .script(let name):
            (1...Self.longestName).contains(name.utf8.count)
                && name.utf8.allSatisfy { Self.isWordByte($0) || "-_.".utf8.contains($0) }
        case .measure(let measure): measure.isSound
        }
    }

    /// The longest name of a unit, in bytes (systemd.unit(5)).
    private static let longestUnit = 255
    /// The longest name of a process or script, in bytes.
    private static let longestName = 128

    private static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }
}

/// An address for HTTP whose endpoint is the one that asks: `localhost`, 127.0.0.0/8 or `[::1]`.
public struct LoopbackAddress: Hashable, Sendable {
    /// The whole address.
    public let text: String

    /// Reads an address; `nil` when it is no `http` or `https` one, when it leads elsewhere, or
    /// when it holds a name and password, a space or a control character.
    public init?(_ text: String) {
        guard text.utf8.count <= HealthProbe.longestText,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        let lower = text.lowercased()
        guard let scheme = ["http://", "https://"].first(where: { lower.hasPrefix($0) }) else {
            return nil
        }
        let rest = lower.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#\\".contains($0) }
        guard !authority.contains("@") else { return nil }
        let name: Substring
        let after: Substring
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            name = authority[...end]
            after = authority[authority.index(after: end)...]
        } else {
            name = authority.prefix { $0 != ":" }
            after = authority.dropFirst(name.count)
        }
        guard Self.isOwn(name), Self.isPort(after), !rest.contains("\\") else { return nil }
        self.text = text
    }

    private static func isOwn(_ name: Substring) -> Bool {
        if name == "localhost" || name == "[::1]" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { $0.count <= 3 && UInt8($0) != nil && $0.first != "+" }
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.hasPrefix(":") else { return text.isEmpty }
        return UInt16(text.dropFirst()).map { $0 > 0 } ?? false
    }
}
