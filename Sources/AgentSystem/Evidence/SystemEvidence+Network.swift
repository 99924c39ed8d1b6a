import Fleet
import Forensics
import SystemFiles

extension SystemEvidence {
    /// The largest table of the kernel that is read, in bytes: 50,000 connections of 150 bytes.
    private static let largestTable = 8 << 20

    /// Connections, or what waits for them, of TCP and UDP.
    func sockets(
        _ lines: inout EvidenceLines, listening: Bool, _ processes: EvidenceProcesses
    ) -> String? {
        let owners = processes.socketOwners()
        var hasTable = false
        for table in ["tcp", "tcp6", "udp", "udp6"] {
            guard
                let bytes = Files.bytes("\(root)/proc/net/\(table)", limit: Self.largestTable)
            else { continue }
            hasTable = true
            for row in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
                guard let socket = EvidenceSocket(row: row, of: table),
                    socket.isListening == listening
                else { continue }
                var line = "\(table) \(socket.state) local=\(socket.local)"
                if !listening { line += " remote=\(socket.remote)" }
                line += " user=\(socket.user)"
                if let pid = owners[socket.inode] {
                    line += " pid=\(pid) name=\(processes.name(of: pid))"
                }
                lines.add(line)
            }
        }
        return hasTable ? nil : "\(root)/proc/net cannot be read."
    }

    /// Addresses, interfaces that listen to everything, routes, neighbours, name servers.
    func network(_ lines: inout EvidenceLines) -> String? {
        if root.isEmpty {
            for address in NetworkInterfaces.addresses().map(\.description).sorted() {
                lines.add("address \(address)")
            }
        }
        for name in Files.names(in: "\(root)/sys/class/net") {
            let flags = Files.line("\(root)/sys/class/net/\(name)/flags") ?? ""
            // IFF_UP and IFF_PROMISC (netdevice(7)).
            let bits = UInt32(flags.dropFirst(2), radix: 16) ?? 0
            let words =
                (bits & 0x1 != 0 ? " up" : " down") + (bits & 0x100 != 0 ? " promiscuous" : "")
            lines.add("interface \(EvidenceField.word(name))\(words)")
        }
        for row in rows("proc/net/route").dropFirst() where row.count > 7 {
            guard let to = EvidenceSocket.address(row[1]), let by = EvidenceSocket.address(row[2]),
                let mask = EvidenceSocket.address(row[7])
            else { continue }
            lines.add("route \(to) mask=\(mask) by=\(by) interface=\(row[0])")
        }
        for row in rows("proc/net/arp").dropFirst() where row.count > 5 {
            lines.add("neighbour \(row[0]) \(row[3]) interface=\(row[5])")
        }
        for row in rows("etc/resolv.conf") where row.count > 1 && row[0] == "nameserver" {
            lines.add("nameserver \(row[1])")
        }
        return nil
    }

    /// A small table, its lines as words.
    private func rows(_ path: String) -> [[Substring]] {
        (Files.line("\(root)/\(path)", limit: 1 << 18) ?? "").split(separator: "\n").map {
            $0.split(whereSeparator: { $0 == " " || $0 == "\t" })
        }
    }
}

/// One line of `/proc/net/tcp` and its like (proc(5)).
struct EvidenceSocket {
    var state: String
    var local: String
    var remote: String
    var user: Substring
    var inode: Substring
    var isListening: Bool

    /// The states of TCP by their numbers, from 1 (linux/tcp_states.h).
    private static let states = [
        "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
        "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
    ]

    init?(row: Substring, of table: String) {
        let fields = row.split(separator: " ")
        guard fields.count > 9, let local = Self.place(fields[1]),
            let remote = Self.place(fields[2]), let number = Int(fields[3], radix: 16)
        else { return nil }
        self.local = local
        self.remote = remote
        user = fields[7]
        inode = fields[9]
        let isDatagram = table.hasPrefix("udp")
        let name = (1...Self.states.count).contains(number) ? Self.states[number - 1] : "\(number)"
        // A datagram socket without a partner waits for anybody; the kernel calls it closed.
        isListening = isDatagram ? number == 7 : number == 10
        state = isDatagram && number == 7 ? "UNCONNECTED" : name
    }

    /// An address and a port, as `0100007F:0016`.
    private static func place(_ text: Substring) -> String? {
        guard let colon = text.firstIndex(of: ":"), let address = address(text[..<colon]),
            let port = UInt16(text[text.index(after: colon)...], radix: 16)
        else { return nil }
        return address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)"
    }

    /// An address: words of four bytes, each as a little-endian machine holds it.
    static func address(_ digits: Substring) -> String? {
        guard digits.utf8.count == 8 || digits.utf8.count == 32 else { return nil }
        var bytes: [UInt8] = []
        var rest = digits
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(word >> UInt32(shift) & 0xFF)) }
            rest = rest.dropFirst(8)
        }
        return NetworkAddress(bytes: bytes)?.description
    }
}
