import Advisories
import AdvisoryFormats
import CommandBasics
import Fleet
import Foundation
import Versions

/// Reads an inventory as `patchbay scan` writes it, or as much of one as matching needs: the
/// operating system's `id`, and the packages' names and versions.
enum MatchInventory {
    /// The largest inventory that is read, in bytes: several times one of 50,000 packages.
    private static let limit = 64 * 1024 * 1024

    /// The software of an endpoint, and what of it is not the distribution's.
    ///
    /// - Throws: `Failure` that names the file and the field.
    static func read(
        file: String
    ) throws -> (software: EndpointSoftware, foreign: [ForeignPackages]) {
        guard let bytes = try PrivateFile.read(URL(filePath: file), limit: limit) else {
            throw Failure(
                .wrongUse, "There is no file \(file).",
                nextStep: "Name the output of “patchbay scan --format json”.", code: "E_FILE")
        }
        do {
            return try InventoryReader(bytes).read()
        } catch let fault as InventoryFault {
            throw Failure(
                .wrongUse, "\(file) is no inventory: \(fault.reason).",
                nextStep: "Give the output of “patchbay scan --format json”.", code: "E_INVENTORY")
        } catch let error as JSONError {
            throw Failure(
                .wrongUse, "\(file) is no JSON: \(error).",
                nextStep: "Give the output of “patchbay scan --format json”.", code: "E_INVENTORY")
        }
    }
}

/// What is wrong with an inventory, as a clause that names the field.
private struct InventoryFault: Error {
    let reason: String
}

private struct InventoryReader {
    private let root: JSONValue

    init(_ bytes: [UInt8]) throws {
        guard let root = try JSONDocument(bytes).root, root.isObject else {
            throw InventoryFault(reason: "the text is no object")
        }
        self.root = root
    }

    func read() throws -> (EndpointSoftware, [ForeignPackages]) {
        guard let endpoint = root["endpoint"], let system = endpoint["os"], system.isObject else {
            throw InventoryFault(reason: "endpoint.os is missing")
        }
        guard let id = system["id"]?.text, !id.isEmpty else {
            throw InventoryFault(reason: "endpoint.os.id is missing")
        }
        let os = OperatingSystem(
            id: id, versionId: system["versionId"]?.textOrNumber ?? "",
            name: system["name"]?.text ?? "", codename: system["codename"]?.text,
            idLike: system["idLike"]?.elements.compactMap(\.text) ?? [])
        guard let packages = root["packages"], packages.isArray else {
            throw InventoryFault(reason: "packages is missing, or is no list")
        }
        let family = PackageWorld(of: os)
        var rows: [SoftwareRow] = []
        var origins = ForeignPackages.Count(on: os)
        for (place, package) in packages.elements.enumerated() {
            rows.append(try row(package, place, family))
            if let row = rows.last, row.ecosystem == nil, [.deb, .rpm].contains(row.order) {
                origins.add(package["origin"]?.text, isDebian: row.order == .deb)
            }
        }
        let isContainer = endpoint["virtualization"]?["isContainer"]?.flag ?? false
        let sources = root["sources"].items.filter { $0["state"]?.text != "failed" }
        let software = EndpointSoftware(
            os: os, runningKernel: isContainer ? "" : endpoint["kernel"]?.text ?? "", rows: rows,
            replaced: replaced,
            channels: ReceivedChannels.shown(
                by: sources.compactMap { $0["name"]?.text }, on: os))
        return (software, origins.found)
    }

    private func row(
        _ package: JSONValue, _ place: Int, _ family: PackageWorld
    ) throws -> SoftwareRow {
        guard let name = package["name"]?.text, !name.isEmpty else {
            throw InventoryFault(reason: "packages[\(place)].name is missing")
        }
        guard let version = package["version"]?.textOrNumber, !version.isEmpty else {
            throw InventoryFault(reason: "packages[\(place)].version is missing")
        }
        let world = package["manager"]?.text.map { PackageWorld(manager: $0) } ?? family
        var (source, sourceVersion) = (package["source"]?.text, package["sourceVersion"]?.text)
        if world.order == .rpm, let file = source, file.hasSuffix(".src.rpm") {
            (source, sourceVersion) = Self.parts(ofSourceFile: file) ?? (nil, nil)
        }
        return SoftwareRow(
            ecosystem: world.ecosystem, order: world.order, name: name, version: version,
            architecture: package["architecture"]?.text ?? "", source: source,
            sourceVersion: sourceVersion,
            module: package["module"]?.text.flatMap { ModuleStream(label: $0) })
    }

    /// `openssl-3.5.5-3.el9_8.src.rpm` -> `openssl`, `3.5.5-3.el9_8`.
    private static func parts(ofSourceFile file: String) -> (String?, String?)? {
        let stem = file.dropLast(".src.rpm".count)
        guard let release = stem.lastIndex(of: "-"),
            let version = stem[..<release].lastIndex(of: "-")
        else { return nil }
        return (String(stem[..<version]), String(stem[stem.index(after: version)...]))
    }

    /// What still runs although it has been replaced, as the scan saw it.
    private var replaced: ReplacedCode {
        var code = ReplacedCode()
        for signal in (root["reboot"]?["signals"]).items {
            if let detail = signal["detail"]?.text { code.addNames(in: detail) }
        }
        for restart in root["restarts"].items {
            for name in restart["packages"].items.compactMap(\.text) { code.addNames(in: name) }
            for file in restart["files"].items.compactMap(\.text) { code.addFile(file) }
        }
        return code
    }
}

extension JSONValue? {
    /// The elements of an array; none where there is no array.
    fileprivate var items: [JSONValue] { self.map { Array($0.elements) } ?? [] }
}
