import AgentCore
import Foundation
import SystemFiles
import ToolOutputs

/// The folder in which apt keeps its index cache during a scan, where the endpoint's own cannot be
/// used.
///
/// Building the index takes apt as long as two plans, so the queries of a scan share one. An
/// endpoint's own cache is used where there is one; another root's is never written.
struct AptWorkspace: Sendable {
    /// How apt is asked.
    let setting: AptSetting
    /// Removed after the scan; `nil` when nothing has to be.
    private let temporary: String?

    /// Makes the folder.
    init(root: String, status: DpkgStatus, stateFolder: String?) throws(ScanFailure) {
        var setting = AptSetting(root: root)
        let isLive = root.isEmpty
        guard !root.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 < 0x20 }) else {
            throw ScanFailure(
                code: "E_SCAN_ROOT_NAME",
                message: "apt cannot be told a folder with quotes in its name.",
                nextStep: "Mount or link the root folder under a plain name.")
        }
        if isLive, Files.isWritable("/var/cache/apt/pkgcache.bin") {
            (self.setting, temporary) = (setting, nil)
            return
        }
        do {
            let folder: String
            if isLive, let stateFolder {
                folder = "\(stateFolder)/apt-cache"
                temporary = nil
            } else {
                let name = "patchbay-scan-\(UUID().uuidString)"
                folder = FileManager.default.temporaryDirectory.appending(path: name).path
                temporary = folder
            }
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            setting.cacheFolder = folder
            if !isLive {
                setting.configurationFile = try Self.configure(
                    root: root, status: status, in: folder)
            }
        } catch {
            throw ScanFailure(
                code: "E_SCAN_NO_FOLDER",
                message: "No folder for apt's index can be made: \(error).",
                nextStep: "See that the folder for temporary files exists and has 100 MB free.")
        }
        self.setting = setting
    }

    private static func configure(root: String, status: DpkgStatus, in folder: String) throws
        -> String
    {
        let foreign = TextLines.strings(Files.bytes("\(root)/var/lib/dpkg/arch") ?? [])
        let own = status.architecture ?? ""
        let text = AptSetting.configuration(
            root: root, architecture: own,
            foreign: foreign.filter { isDebianArchitecture($0) && $0 != own })
        let file = "\(folder)/apt.conf"
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }

    /// Removes what was made for one scan.
    func remove() {
        if let temporary { try? FileManager.default.removeItem(atPath: temporary) }
    }
}
