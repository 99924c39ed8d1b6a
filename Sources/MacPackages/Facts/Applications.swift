import Fleet
import ToolOutputs

/// The applications in folders of applications, as packages.
struct MacApplications: Sendable {
    private(set) var packages: [Package] = []
    private(set) var unparsed: [String] = []

    /// - Parameters:
    ///   - profile: what lies on the Mac.
    ///   - storeIsAsked: whether `mas` tells those of the App Store, by their numbers.
    init(_ profile: SystemProfile, storeIsAsked: Bool) {
        var versions: [String: String] = [:]
        for application in profile.applications where Self.isOwn(application.path) {
            // Safari and the like belong to softwareupdate.
            if application.origin == "apple" { continue }
            if application.origin == "mac_app_store", storeIsAsked { continue }
            guard PackageName(application.name, of: .application) != nil,
                Self.isText(application.version)
            else {
                // Without a version there is nothing that could be old.
                if !application.version.isEmpty { unparsed.append(application.path) }
                continue
            }
            // Of several copies the oldest counts.
            if let other = versions[application.name],
                !MacVersion.isNewer(other, than: application.version)
            {
                continue
            }
            versions[application.name] = application.version
        }
        packages = versions.map { Package(.application, $0.key, $0.value) }
    }

    /// Apple's own applications outside of the system itself, with their versions.
    static func ofApple(_ profile: SystemProfile) -> [String: String] {
        var versions: [String: String] = [:]
        for application in profile.applications
        where application.origin == "apple" && isOwn(application.path)
            && isText(application.version)
        {
            versions[application.name] = application.version
        }
        return versions
    }

    /// Whether it lies in a folder of applications by itself: what lies in another application is a
    /// part of that one, and what lies in `/System` a part of macOS.
    private static func isOwn(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard parts.dropLast().allSatisfy({ !$0.hasSuffix(".app") }) else { return false }
        return parts.first == "Applications"
            || (parts.first == "Users" && parts.dropFirst(2).first == "Applications")
    }

    /// Whether it can stand in an inventory.
    private static func isText(_ version: String) -> Bool {
        (1...200).contains(version.utf8.count)
            && version.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
