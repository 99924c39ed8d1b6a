import Fleet
import ToolOutputs

/// Values of the kernel, as `sysctl NAME…` prints them: one `name: value` a line.
struct KernelValues: Hashable, Sendable {
    /// What is asked. A name that a kernel does not know costs a line of complaint and the status.
    static let names = [
        "kern.hostname", "kern.osrelease", "kern.bootsessionuuid", "kern.boottime", "hw.memsize",
        "hw.ncpu", "hw.model", "machdep.cpu.brand_string", "hw.optional.arm64",
        "kern.hv_vmm_present",
    ]

    private let values: [String: String]

    init(_ bytes: [UInt8]) {
        var values: [String: String] = [:]
        for line in TextLines.strings(bytes) {
            guard let colon = line.firstRange(of: ": ") else { continue }
            values[String(line[..<colon.lowerBound])] = TextLines.trimmed(
                line[colon.upperBound...])
        }
        self.values = values
    }

    /// A value; `nil` when it is empty or not known.
    subscript(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// Whether the processor is Apple's own, whatever a translated program is told of it.
    var isAppleSilicon: Bool { self["hw.optional.arm64"] == "1" }

    /// The architecture of the machine.
    var architecture: String { isAppleSilicon ? "arm64" : "x86_64" }

    /// When the running system started: `{ sec = 1732300000, usec = 0 } Fri Nov 22 …`.
    var bootTime: Timestamp? {
        guard let value = self["kern.boottime"], let start = value.firstRange(of: "sec = ") else {
            return nil
        }
        return Int64(value[start.upperBound...].prefix { $0.isNumber }).map {
            Timestamp(seconds: $0)
        }
    }
}
