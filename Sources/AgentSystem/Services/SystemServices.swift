public import AgentCore
import SystemFiles

/// The services of this machine, by systemd.
public struct SystemServices: ServiceRestarting {
    private static let systemctl = "/usr/bin/systemctl"
    /// How many units are asked for at once, so that the argument vector stays short.
    private static let atOnce = 100
    /// How much of a complaint is told, in characters.
    private static let longestWords = 200

    /// The services of this machine; `nil` where systemd is not the first process.
    public static var ofThisMachine: SystemServices? {
        Files.exists("/run/systemd/system") ? SystemServices() : nil
    }

    /// What systemd says of units.
    public func describe(_ units: [String]) async -> [ServiceUnit] {
        var found: [ServiceUnit] = []
        for start in stride(from: 0, to: units.count, by: Self.atOnce) {
            let some = units[start..<min(start + Self.atOnce, units.count)]
            let output = await ProgramOutput.of(
                [Self.systemctl, "show", "--property=\(ServiceProperties.names)", "--"] + some)
            found += output.map { ServiceProperties.read($0.text) } ?? []
        }
        return found
    }

    /// Restarts a unit, and waits for systemd's word that it runs.
    public func restart(_ unit: String, within seconds: Int64) async -> String? {
        let output = await ProgramOutput.of(
            [Self.systemctl, "restart", "--", unit], patience: seconds * 1_000)
        guard let output else { return "it did not run again within \(seconds) s" }
        guard output.status != 0 else { return nil }
        let line = output.text.split(whereSeparator: \.isNewline).first ?? ""
        return "systemctl ended with status \(output.status): \(line.prefix(Self.longestWords))"
    }
}

/// Reads `systemctl show`: a block of `Name=value` lines for each unit, with an empty line between
/// (systemctl(1)).
enum ServiceProperties {
    /// What is asked for.
    static let names =
        "Id,Names,LoadState,ActiveState,Type,Transient,RefuseManualStop,RefuseManualStart,After,"
        + takingAlong.joined(separator: ",")

    /// Which units systemd restarts together with a unit (systemd.unit(5): Requires=, BindsTo=,
    /// PartOf=, seen from the other side).
    private static let takingAlong = ["RequiredBy", "BoundBy", "ConsistsOf"]

    static func read(_ text: String) -> [ServiceUnit] {
        var units: [ServiceUnit] = []
        var block: [String: String] = [:]
        // An empty line at the end closes the last block too.
        for line in "\(text)\n".split(separator: "\n", omittingEmptySubsequences: false) {
            guard !line.isEmpty else {
                if let unit = unit(block) { units.append(unit) }
                block = [:]
                continue
            }
            guard let sign = line.firstIndex(of: "=") else { continue }
            block[String(line[..<sign])] = String(line[line.index(after: sign)...])
        }
        return units
    }

    private static func unit(_ block: [String: String]) -> ServiceUnit? {
        guard let name = block["Id"], block["LoadState"] == "loaded" else { return nil }
        return ServiceUnit(
            name: name, isActive: block["ActiveState"] == "active",
            isTask: block["Type"] == "oneshot", isTransient: block["Transient"] == "yes",
            refusesByHand: block["RefuseManualStop"] == "yes"
                || block["RefuseManualStart"] == "yes",
            after: words(block["After"]), otherNames: words(block["Names"]).subtracting([name]),
            takesAlong: takingAlong.reduce(into: []) { $0.formUnion(words(block[$1])) })
    }

    private static func words(_ text: String?) -> Set<String> {
        Set((text ?? "").split(separator: " ").map(String.init))
    }
}
