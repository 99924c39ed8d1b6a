import Fleet
import ToolOutputs

/// One update of softwareupdate's list, as it counts on this Mac.
struct OfferedSoftware: Hashable, Sendable {
    /// What softwareupdate installs it by.
    let label: String
    /// What it is the update of.
    let name: String
    let version: String
    let bytes: Int64?
    /// Why it is not installed.
    let obstacle: MacObstacle?

    /// The updates of a list: of several versions of one thing the newest.
    static func all(
        in updates: [ToolUpdate], on system: MacSystem, isAppleSilicon: Bool
    ) -> [OfferedSoftware] {
        var newest: [String: OfferedSoftware] = [:]
        for update in updates {
            guard let one = OfferedSoftware(update, system, isAppleSilicon) else { continue }
            if let other = newest[one.name], !MacVersion.isNewer(one.version, than: other.version) {
                continue
            }
            newest[one.name] = one
        }
        return newest.values.sorted { $0.name < $1.name }
    }

    /// Whether it can be named in an inventory and in an order.
    static func isNamed(_ update: ToolUpdate) -> Bool {
        let title = update.displayName ?? update.name
        let name = SoftwareProduct.name(title: title, version: update.candidate)
        return PackageName(name, of: .softwareupdate) != nil
            && PackageName(update.name, of: .softwareupdate) != nil
            && MacVersion.isPlain(update.candidate)
    }

    private init?(_ update: ToolUpdate, _ system: MacSystem, _ isAppleSilicon: Bool) {
        guard Self.isNamed(update) else { return nil }
        let title = update.displayName ?? update.name
        let isSystem = update.needsRestart == true && SoftwareProduct.isSystem(title)
        let isThisRelease = MacSystem.release(of: update.candidate) == system.release
        var name = SoftwareProduct.name(title: title, version: update.candidate)
        if isSystem {
            if isThisRelease {
                name = SoftwareProduct.system
            } else if name == SoftwareProduct.system {
                name += " \(MacSystem.release(of: update.candidate))"
            }
        }
        label = update.name
        self.name = name
        version = update.candidate
        bytes = update.bytes
        if update.isHeld == true {
            obstacle = MacObstacle(
                sentence: "The Mac's management defers it (Deferred: YES).", isHold: true)
        } else if isSystem, !isThisRelease {
            obstacle = MacObstacle(
                sentence: "It is another release of macOS: Patchbay brings in updates of the one "
                    + "that runs (\(system.release)).")
        } else {
            obstacle = Self.restartObstacle(update, system, isAppleSilicon)
        }
    }

    /// What needs a restart is installed where softwareupdate can do that without making one.
    private static func restartObstacle(
        _ update: ToolUpdate, _ system: MacSystem, _ isAppleSilicon: Bool
    ) -> MacObstacle? {
        guard update.needsRestart == true else { return nil }
        if isAppleSilicon { return .volumeOwner }
        if system.isBigSurOrNewer {
            return MacObstacle(
                sentence: "softwareupdate installs it only together with a restart of its own "
                    + "(--restart), and Patchbay lets no tool restart an endpoint: have the Mac's "
                    + "management or a person bring it in.")
        }
        if update.details?["action"]?.lowercased() != "restart" {
            return MacObstacle(
                sentence: "The Mac must be shut down for it, which Patchbay does not do.")
        }
        return nil
    }
}

extension MacObstacle {
    /// What Apple silicon asks for; what is known of the token stands behind it.
    static let volumeOwner = MacObstacle(
        sentence: "On Apple silicon macOS asks an owner of the volume for the password, and "
            + "Patchbay keeps no passwords: the Mac's management must bring it in.")
}
