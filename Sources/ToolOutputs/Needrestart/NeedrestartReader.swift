/// Reads needrestart's batch mode: lines of `NEEDRESTART-KEY: value`, of which those for services,
/// containers and sessions stand several times (needrestart's README.batch).
struct NeedrestartReader {
    private(set) var reading = ToolReading(.needrestartB)
    private var restarts = ToolRestarts()

    init(_ bytes: [UInt8]) {
        var fields: [String: String] = [:]
        for line in ToolText.lines(bytes) where !Self.known.contains(line.trimmed) {
            guard let (key, value) = Self.pair(line.trimmed), read(key, value) else {
                reading.unparsed.append(line.raw)
                continue
            }
            if !["SVC", "CONT", "SESS"].contains(key) { fields["NEEDRESTART-\(key)"] = value }
        }
        reading.fields = fields
        reading.restarts = restarts
        // Every answer begins with the version; without it this is no answer.
        if fields["NEEDRESTART-VER"] == nil, reading.unparsed.isEmpty {
            reading.unparsed = TextLines.strings(bytes).filter { !TextLines.trimmed($0).isEmpty }
            if reading.unparsed.isEmpty { reading.unparsed = [""] }
        }
    }

    /// Progress, and what perl says about the processes that end meanwhile.
    private static let known = KnownLines(
        beginnings: ["Scanning ", "readline() on closed filehandle", "Use of uninitialized value"],
        endings: ["..."])

    private static func pair(_ text: String) -> (String, String)? {
        let prefix = "NEEDRESTART-"
        guard text.hasPrefix(prefix), let colon = text.firstIndex(of: ":") else { return nil }
        let key = String(text[..<colon].dropFirst(prefix.count))
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else { return nil }
        return (key, TextLines.trimmed(text[colon...].dropFirst()))
    }

    private mutating func read(_ key: String, _ value: String) -> Bool {
        if value.isEmpty { return false }
        switch key {
        case "SVC": restarts.services.append(value)
        case "CONT": restarts.containers.append(value)
        case "SESS": restarts.sessions.append(value)
        case "KCUR": restarts.runningKernel = value
        case "KEXP": restarts.expectedKernel = value
        case "KSTA":
            let states: [String: ToolRestarts.Pending] = [
                "0": .unknown, "1": .none, "2": .compatible, "3": .newer,
            ]
            guard let state = states[value] else { return false }
            restarts.kernel = state
        case "UCSTA":
            let states: [String: ToolRestarts.Pending] = ["0": .unknown, "1": .none, "2": .newer]
            guard let state = states[value] else { return false }
            restarts.microcode = state
        // Newer versions may tell more; it is kept among the fields.
        default: break
        }
        return true
    }
}
