import Fleet
import SystemFiles
import ToolOutputs

/// What others know a machine by. Nothing is asked of the network: a name server that does not
/// answer must not hold a scan up.
enum IdentityFacts {
    /// What others know a system by, whose name is `hostname`; `nil` where nothing is known.
    ///
    /// - Parameters:
    ///   - root: the system's root folder; empty for this machine.
    ///   - hostname: its name.
    ///   - isContainer: whether the firmware that can be seen is another machine's.
    /// - Returns: its identity in one spelling.
    static func read(root: String, hostname: String, isContainer: Bool) -> MachineIdentity? {
        var identity = MachineIdentity(
            fullName: fullName(
                of: hostname, hosts: Files.bytes("\(root)/etc/hosts", limit: largestHosts) ?? []))
        if root.isEmpty {
            identity.addresses = NetworkInterfaces.addresses().map(\.description)
            if !isContainer {
                identity.serialNumber =
                    Files.line("/sys/class/dmi/id/product_serial")
                    ?? Files.line("/proc/device-tree/serial-number")?.filter { $0 != "\0" }
                identity.firmwareId = Files.line("/sys/class/dmi/id/product_uuid")
            }
        }
        let plain = identity.plain
        return plain.isEmpty ? nil : plain
    }

    /// Hosts files of ad blockers have some megabytes.
    private static let largestHosts = 16 << 20

    /// The machine's name where it is a full one, else the full name that stands with it in
    /// hosts(5): the first of the line that has the name.
    static func fullName(of hostname: String, hosts: [UInt8]) -> String? {
        if let name = MachineIdentity.plainName(hostname) { return name }
        let wanted = Array(hostname.lowercased().utf8)
        guard !wanted.isEmpty else { return nil }
        var found: String?
        TextLines.each(hosts) { slice in
            guard found == nil else { return }
            let line = String(decoding: slice.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
            let names = TextLines.words(line).dropFirst().map { $0.lowercased() }
            guard names.contains(where: { $0.utf8.elementsEqual(wanted) }) else { return }
            found = names.lazy.compactMap(MachineIdentity.plainName).first {
                $0.utf8.starts(with: wanted + [UInt8(ascii: ".")])
            }
        }
        return found
    }
}
