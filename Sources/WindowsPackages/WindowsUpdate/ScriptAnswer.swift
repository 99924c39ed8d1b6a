import Fleet
import ToolOutputs

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the script says besides the updates that it found (`ToolOutput.wuaJSON` reads those).
struct ScriptAnswer: Decodable, Sendable {
    /// What became of one update.
    struct Result: Decodable, Sendable {
        /// Identifier and revision.
        var update: String
        /// How it stands; a word that is not known counts as a failure.
        var state: String
        var code: UpdateCode
        var needsReboot: Bool
        var words: String

        private enum CodingKeys: String, CodingKey {
            case update = "Update"
            case state = "State"
            case code = "HResult"
            case needsReboot = "RebootRequired"
            case words = "Words"
        }
    }

    /// The version of the answer.
    var format: Int
    var action: String
    /// Not nought when the Agent could not be asked at all.
    var code: UpdateCode
    var error: String?
    var facts: EndpointWords?
    var rebootSignals: [String]?
    /// Whether somebody else installs with the Agent.
    var isBusy: Bool?
    /// What kept the update service from answering.
    var serviceCode: UpdateCode?
    var serviceError: String?
    var results: [Result]?

    private enum CodingKeys: String, CodingKey {
        case format = "Patchbay"
        case action = "Action"
        case code = "HResult"
        case error = "Error"
        case facts = "Facts"
        case rebootSignals = "RebootSignals"
        case isBusy = "InstallerBusy"
        case serviceCode = "ServiceHResult"
        case serviceError = "ServiceError"
        case results = "Results"
    }

    /// The last answer among lines of output, and the line; other programs may print around it.
    static func last(in lines: [String]) -> (answer: ScriptAnswer, line: String)? {
        for line in lines.reversed() {
            let text = TextLines.trimmed(line)
            guard text.hasPrefix("{"),
                let answer = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)),
                answer.format == UpdateScript.format
            else { continue }
            return (answer, text)
        }
        return nil
    }

    /// Why the Agent gave no answer, a sentence; `nil` when it did.
    var fault: String? {
        guard code.number != 0 else { return nil }
        return code.sentence(error ?? "")
    }

    /// Why the update service gave none.
    var serviceFault: String? { serviceCode.map { $0.sentence(serviceError ?? "") } }
}

/// What the script says of the endpoint.
struct EndpointWords: Decodable, Sendable {
    /// A disk with a letter.
    struct Volume: Decodable, Sendable {
        var name: String
        var free: Int64
        var size: Int64

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case free = "Free"
            case size = "Size"
        }
    }

    var hostName: String
    var caption: String
    var version: String
    var revision: String?
    var architecture: String
    var bootedAt: String?
    var offsetMinutes: Int?
    var memoryBytes: Int64?
    var processors: Int?
    var processor: String?
    var model: String?
    var volumes: [Volume]?
    var user: String?
    var onMains: Bool?
    var batteryPercent: Int?

    private enum CodingKeys: String, CodingKey {
        case hostName = "HostName"
        case caption = "Caption"
        case version = "Version"
        case revision = "Revision"
        case architecture = "Architecture"
        case bootedAt = "BootedAt"
        case offsetMinutes = "OffsetMinutes"
        case memoryBytes = "MemoryBytes"
        case processors = "Processors"
        case processor = "Processor"
        case model = "Model"
        case volumes = "Disks"
        case user = "User"
        case onMains = "OnMains"
        case batteryPercent = "BatteryPercent"
    }

    /// The endpoint's facts.
    var facts: EndpointFacts {
        let build = [version, revision ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
        return EndpointFacts(
            hostname: hostName,
            // The build is what Microsoft's records name.
            os: OperatingSystem(id: "windows", versionId: build, name: caption),
            kernel: build, bootId: bootedAt ?? "", timeZone: Self.zone(offsetMinutes ?? 0),
            architecture: Self.architecture(architecture),
            hardware: Hardware(
                processor: Self.told(processor), processorCount: processors ?? 0,
                memoryBytes: memoryBytes ?? 0, model: Self.told(model)),
            power: Power(onMains: onMains ?? true, batteryPercent: batteryPercent),
            disks: (volumes ?? []).map {
                Disk(mountPoint: $0.name, freeBytes: $0.free, totalBytes: $0.size)
            },
            usersLoggedIn: Self.told(user).map { [$0] } ?? [])
    }

    private static func told(_ text: String?) -> String? { text?.isEmpty == false ? text : nil }

    /// The word of `PROCESSOR_ARCHITECTURE` as the agent writes it.
    private static func architecture(_ word: String) -> String {
        let known = ["AMD64": "amd64", "ARM64": "arm64", "X86": "i386"]
        return known[word.uppercased()] ?? word.lowercased()
    }

    /// A zone with the offset that holds now: Windows names zones by other names than everybody
    /// else. It follows daylight saving from one scan to the next.
    private static func zone(_ minutes: Int) -> String {
        guard minutes % 60 == 0, (-12 * 60...14 * 60).contains(minutes) else {
            let others = [
                210: "Asia/Tehran", 270: "Asia/Kabul", 330: "Asia/Kolkata", 345: "Asia/Kathmandu",
                390: "Asia/Yangon", 570: "Australia/Darwin",
            ]
            return others[minutes] ?? "Etc/UTC"
        }
        // The sign of these names is POSIX's: hours west of Greenwich.
        let west = -minutes / 60
        return west == 0 ? "Etc/UTC" : "Etc/GMT\(west > 0 ? "+" : "-")\(abs(west))"
    }
}
