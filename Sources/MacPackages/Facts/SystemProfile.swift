import Fleet
import Foundation
import ToolOutputs

/// What `system_profiler -json` tells of the hardware, the applications and the installations.
struct SystemProfile: Sendable {
    /// An application, by its bundle.
    struct Application: Hashable, Sendable {
        var name: String
        var version: String
        var path: String
        /// `apple`, `mac_app_store`, `identified_developer`, `unknown`.
        var origin: String
    }

    /// Something that Apple's installer has installed.
    struct Installation: Hashable, Sendable {
        var name: String
        var version: String
        var isApple: Bool
    }

    /// What is asked for.
    static let kinds = [
        "SPHardwareDataType", "SPApplicationsDataType", "SPInstallHistoryDataType",
    ]

    private(set) var applications: [Application] = []
    private(set) var installations: [Installation] = []
    /// `MacBook Air (MacBookAir10,1)`.
    private(set) var model: String?
    private(set) var processor: String?
    private(set) var serialNumber: String?
    private(set) var firmwareId: String?

    /// `nil` for what is no such document.
    init?(_ bytes: [UInt8]) {
        // Some versions print a line of their own before it.
        guard let start = bytes.firstIndex(of: UInt8(ascii: "{")),
            let document = try? JSONDecoder().decode(
                ProfileDocument.self, from: Data(bytes[start...]))
        else { return nil }
        applications = (document.applications ?? []).compactMap(\.value).compactMap { record in
            guard let name = record.name, let path = record.path, let version = record.version
            else { return nil }
            return Application(
                name: Self.plain(name), version: TextLines.trimmed(version), path: path,
                origin: record.origin ?? "unknown")
        }
        installations = (document.installations ?? []).compactMap(\.value).compactMap { record in
            guard let name = record.name, let version = record.installedVersion else { return nil }
            return Installation(
                name: Self.plain(name), version: TextLines.trimmed(version),
                isApple: record.source == "package_source_apple")
        }
        guard let hardware = document.hardware?.compactMap(\.value).first else { return }
        let names = [hardware.machineName, hardware.machineModel.map { "(\($0))" }]
        let model = names.compactMap(\.self).joined(separator: " ")
        self.model = model.isEmpty ? nil : model
        processor = hardware.chip ?? hardware.processor
        serialNumber = hardware.serialNumber
        firmwareId = hardware.platform
    }

    init() {}

    /// Names are for people: some have marks of direction in front, which nobody sees.
    private static func plain(_ name: String) -> String {
        TextLines.trimmed(
            String(
                String.UnicodeScalarView(
                    name.unicodeScalars.filter { $0.properties.generalCategory != .format })))
    }
}

/// The document. A record that is not as expected costs itself, and not the others.
private struct ProfileDocument: Decodable {
    var hardware: [OneOf<ProfileHardware>]?
    var applications: [OneOf<ProfileApplication>]?
    var installations: [OneOf<ProfileInstallation>]?

    enum CodingKeys: String, CodingKey {
        case hardware = "SPHardwareDataType"
        case applications = "SPApplicationsDataType"
        case installations = "SPInstallHistoryDataType"
    }
}

private struct OneOf<Value: Decodable>: Decodable {
    let value: Value?

    init(from decoder: any Decoder) throws {
        value = try? Value(from: decoder)
    }
}

private struct ProfileHardware: Decodable {
    var machineName: String?
    var machineModel: String?
    var chip: String?
    var processor: String?
    var serialNumber: String?
    var platform: String?

    enum CodingKeys: String, CodingKey {
        case machineName = "machine_name"
        case machineModel = "machine_model"
        case chip = "chip_type"
        case processor = "cpu_type"
        case serialNumber = "serial_number"
        case platform = "platform_UUID"
    }
}

private struct ProfileApplication: Decodable {
    var name: String?
    var version: String?
    var path: String?
    var origin: String?

    enum CodingKeys: String, CodingKey {
        case name = "_name"
        case version, path
        case origin = "obtained_from"
    }
}

private struct ProfileInstallation: Decodable {
    var name: String?
    var installedVersion: String?
    var source: String?

    enum CodingKeys: String, CodingKey {
        case name = "_name"
        case installedVersion = "install_version"
        case source = "package_source"
    }
}
