import Fleet
import SystemFiles
import ToolOutputs

/// Processor, memory and model.
enum HardwareFacts {
    /// Those of this machine.
    static func read() -> Hardware {
        var hardware = Hardware()
        let processors = processors(Files.bytes("/proc/cpuinfo") ?? [])
        hardware.processor = processors.name
        hardware.processorCount = processors.count
        hardware.memoryBytes = memory(Files.bytes("/proc/meminfo") ?? [])
        let vendor = Files.line("/sys/class/dmi/id/sys_vendor")
        let product = Files.line("/sys/class/dmi/id/product_name")
        let model = [vendor, product].compactMap { $0 }.joined(separator: " ")
        hardware.model = model.isEmpty ? Files.line("/proc/device-tree/model").map(plain) : model
        return hardware
    }

    /// `/proc/cpuinfo`: one block a processor; the name stands under `model name` (x86), `Model` or
    /// `Hardware` (ARM) or `cpu` (POWER).
    static func processors(_ bytes: [UInt8]) -> (name: String?, count: Int) {
        var count = 0
        var name: String?
        TextLines.each(bytes) { slice in
            guard let colon = slice.firstIndex(of: TextLines.colon) else { return }
            let key = String(decoding: TextLines.trimmed(slice[..<colon]), as: UTF8.self)
            let value = String(decoding: TextLines.trimmed(slice[(colon + 1)...]), as: UTF8.self)
            if key == "processor", Int(value) != nil { count += 1 }
            if name == nil, ["model name", "Model", "Hardware", "cpu"].contains(key) {
                name = value
            }
        }
        return (name, count)
    }

    /// `MemTotal` of `/proc/meminfo`, in bytes.
    static func memory(_ bytes: [UInt8]) -> Int64 {
        var total: Int64 = 0
        TextLines.each(bytes) { slice in
            guard total == 0, slice.starts(with: "MemTotal:".utf8) else { return }
            let words = TextLines.words(String(decoding: slice, as: UTF8.self))
            total = words.count >= 2 ? (Int64(words[1]) ?? 0) * 1024 : 0
        }
        return total
    }

    /// Device trees end their texts with a zero byte.
    private static func plain(_ text: String) -> String {
        String(text.filter { $0 != "\0" })
    }
}
