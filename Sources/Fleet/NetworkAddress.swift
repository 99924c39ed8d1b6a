/// An IPv4 or IPv6 address: read in any of its spellings, written in one (RFC 5952), so that two
/// sources that mean the same address say the same.
public struct NetworkAddress: Hashable, Sendable {
    /// In network order: 4 of IPv4, 16 of IPv6.
    public let bytes: [UInt8]

    /// An address of 4 or 16 bytes; IPv4 within IPv6 (`::ffff:192.0.2.1`) is IPv4. `nil` for
    /// another number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        let bytes = Array(bytes)
        switch bytes.count {
        case 4: self.bytes = bytes
        case 16 where bytes.starts(with: Self.mapped): self.bytes = Array(bytes.suffix(4))
        case 16: self.bytes = bytes
        default: return nil
        }
    }

    /// Reads an address; brackets around it and a zone behind it (`fe80::1%eth0`) do not matter.
    /// `nil` for what is none.
    public init?(_ text: some StringProtocol) {
        var text = Substring(text)
        if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
        if let zone = text.firstIndex(of: "%") { text = text[..<zone] }
        guard text.utf8.count <= Self.longestText else { return nil }
        let bytes = text.contains(":") ? Self.six(text) : Self.four(text)
        guard let bytes else { return nil }
        self.init(bytes: bytes)
    }

    /// `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`, the longest spelling there is.
    private static let longestText = 45
    private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

    /// Whether it can tell one machine from others on its network: neither loopback, link-local,
    /// multicast nor unspecified.
    public var tellsMachine: Bool {
        if bytes.count == 4 {
            return bytes[0] != 0 && bytes[0] != 127 && bytes[0] < 224
                && !(bytes[0] == 169 && bytes[1] == 254)
        }
        let isLinkLocal = bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
        let isLowest = bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] <= 1
        return bytes[0] != 0xFF && !isLinkLocal && !isLowest
    }

    // MARK: Reading

    private static func four(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            // Leading zeros mean octal to some readers: such a text is no address.
            let isPlain = part.utf8.allSatisfy { (0x30...0x39).contains($0) }
            guard isPlain, part.utf8.count <= 3, part == "0" || part.first != "0",
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func six(_ text: Substring) -> [UInt8]? {
        guard let gap = text.firstRange(ofASCII: "::") else {
            guard let bytes = groups(text), bytes.count == 16 else { return nil }
            return bytes
        }
        // An IPv4 address may stand at the end alone.
        let before = text[..<gap.lowerBound]
        guard !before.contains("."), let head = groups(before),
            let tail = groups(text[gap.upperBound...]), head.count + tail.count <= 14
        else { return nil }
        return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Groups of hexadecimal digits between colons, the last of which may be an IPv4 address.
    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (place, part) in parts.enumerated() {
            if place == parts.count - 1, part.contains(".") {
                guard let last = four(part) else { return nil }
                return bytes + last
            }
            guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes
    }
}

extension NetworkAddress: CustomStringConvertible {
    /// The address as RFC 5952 writes it.
    public var description: String {
        if bytes.count == 4 { return bytes.map { "\($0)" }.joined(separator: ".") }
        let groups = (0..<8).map { UInt16(bytes[$0 * 2]) << 8 | UInt16(bytes[$0 * 2 + 1]) }
        let gap = Self.longestZeros(in: groups)
        let text = { (groups: ArraySlice<UInt16>) in
            groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard gap.count > 1 else { return text(groups[...]) }
        return text(groups[..<gap.lowerBound]) + "::" + text(groups[gap.upperBound...])
    }

    /// The first of the longest runs of zeros.
    private static func longestZeros(in groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for (place, group) in groups.enumerated() {
            if group != 0 { start = place + 1 }
            if place + 1 - start > longest.count { longest = start..<place + 1 }
        }
        return longest
    }
}

extension Substring {
    fileprivate func firstRange(ofASCII text: String) -> Range<Index>? {
        var place = startIndex
        while place < endIndex {
            if self[place...].hasPrefix(text) {
                return place..<index(place, offsetBy: text.count)
            }
            place = index(after: place)
        }
        return nil
    }
}
