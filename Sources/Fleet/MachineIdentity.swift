/// What others know a machine by: scanners, inventories of hardware, the network.
public struct MachineIdentity: Hashable, Sendable, Codable {
    /// Its full name, in lower case, such as `web-1.example.org`; `nil` where the machine itself
    /// knows of none.
    public var fullName: String?
    /// The addresses of its interfaces that are up, each in the spelling of `NetworkAddress`;
    /// without loopback, link-local and temporary ones.
    public var addresses: [String]
    /// The serial number that its firmware tells; `nil` where it tells none, and in a container,
    /// whose firmware is another machine's.
    public var serialNumber: String?
    /// The identifier that its firmware tells (SMBIOS UUID), in lower case.
    public var firmwareId: String?

    /// What others know a machine by.
    public init(
        fullName: String? = nil, addresses: [String] = [], serialNumber: String? = nil,
        firmwareId: String? = nil
    ) {
        self.fullName = fullName
        self.addresses = addresses
        self.serialNumber = serialNumber
        self.firmwareId = firmwareId
    }

    /// The most addresses that are kept: a router has some dozen, and a node of a cluster has one
    /// for each of its services.
    public static let mostAddresses = 64
    /// The longest name, in bytes (RFC 1035, section 2.3.4).
    public static let longestName = 253
    /// The longest serial number or identifier, in bytes: SMBIOS's strings have at most 64.
    public static let longestNumber = 64

    /// Whether nothing is known.
    public var isEmpty: Bool { self == MachineIdentity() }

    /// The same in one spelling, and without what tells no machine: junk that makers leave in the
    /// firmware, addresses that every machine has, texts that are too long.
    public var plain: MachineIdentity {
        let known = Set(addresses.lazy.compactMap { NetworkAddress($0) }.filter(\.tellsMachine))
        let sorted = known.sorted { one, other in
            one.bytes.count == other.bytes.count
                ? one.bytes.lexicographicallyPrecedes(other.bytes)
                : one.bytes.count < other.bytes.count
        }
        return MachineIdentity(
            fullName: fullName.flatMap(Self.plainName),
            addresses: sorted.prefix(Self.mostAddresses).map(\.description),
            serialNumber: serialNumber.flatMap(Self.plainNumber),
            firmwareId: firmwareId.flatMap(Self.plainNumber).map { $0.lowercased() })
    }

    /// A full name: labels of letters, digits, hyphens and underscores, at least two of them.
    public static func plainName(_ text: String) -> String? {
        let name = (text.hasSuffix(".") ? String(text.dropLast()) : text).lowercased()
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                        || $0 == 0x5F
                }
        }
        guard isName, labels.count > 1, name.utf8.count <= longestName,
            NetworkAddress(name) == nil, !name.hasPrefix("localhost.")
        else { return nil }
        return name
    }

    /// A serial number or identifier; `nil` for what makers write where there is none.
    public static func plainNumber(_ text: String) -> String? {
        let words = text.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        let letters = words.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard letters.utf8.count > 2, words.utf8.count <= longestNumber,
            words.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            !placeholders.contains(letters), Set(letters).count > 1
        else { return nil }
        return words
    }

    /// What stands in firmware whose maker has filled nothing in; letters and digits alone.
    private static let placeholders: Set<String> = [
        "tobefilledbyoem", "tobefilledbyoemo", "defaultstring", "none", "notspecified",
        "systemserialnumber", "serialnumber", "notapplicable", "notavailable", "unknown", "invalid",
        "na", "oem", "empty", "0123456789", "123456789", "1234567890", "chassisserialnumber",
        "baseboardserialnumber", "notsettable", "03000200040005000006000700080009",
    ]
}
