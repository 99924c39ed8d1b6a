package import Fleet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The network interfaces of this machine.
package enum NetworkInterfaces {
    /// `IFF_UP` (netdevice(7)): the C libraries declare it with different types.
    private static let isUp: UInt32 = 1

    /// The addresses of interfaces that are up; temporary addresses of IPv6 (RFC 8981), which
    /// change every day, are left out. Empty where the system does not tell.
    package static func addresses() -> [NetworkAddress] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        let temporary = temporary(inTable: Files.bytes("/proc/net/if_inet6") ?? [])
        var addresses: Set<NetworkAddress> = []
        var next = first
        while let interface = next?.pointee {
            next = interface.ifa_next
            guard UInt32(interface.ifa_flags) & isUp != 0, let place = interface.ifa_addr,
                let address = address(at: place), !temporary.contains(address)
            else { continue }
            addresses.insert(address)
        }
        return Array(addresses)
    }

    private static func address(at place: UnsafeMutablePointer<sockaddr>) -> NetworkAddress? {
        let raw = UnsafeRawPointer(place)
        switch Int32(place.pointee.sa_family) {
        case AF_INET:
            let address = raw.loadUnaligned(as: sockaddr_in.self).sin_addr
            return withUnsafeBytes(of: address) { NetworkAddress(bytes: $0) }
        case AF_INET6:
            let address = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            return withUnsafeBytes(of: address) { NetworkAddress(bytes: $0) }
        default: return nil
        }
    }

    /// The temporary and the deprecated addresses in `/proc/net/if_inet6`: lines of an address in
    /// hexadecimal digits, the interface's number, the length of the prefix, scope, flags and name.
    package static func temporary(inTable table: [UInt8]) -> Set<NetworkAddress> {
        // IFA_F_TEMPORARY and IFA_F_DEPRECATED of linux/if_addr.h.
        let passing: UInt32 = 0x01 | 0x20
        var found: Set<NetworkAddress> = []
        for line in table.split(separator: UInt8(ascii: "\n")) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ")
            guard words.count >= 5, words[0].utf8.count == 32,
                let flags = UInt32(words[4], radix: 16), flags & passing != 0
            else { continue }
            let digits = Array(words[0])
            let bytes = stride(from: 0, to: 32, by: 2).compactMap {
                UInt8(String(digits[$0..<$0 + 2]), radix: 16)
            }
            if let address = NetworkAddress(bytes: bytes) { found.insert(address) }
        }
        return found
    }
}
