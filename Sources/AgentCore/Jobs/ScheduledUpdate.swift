public import Fleet
import Rollout

/// An update that is written, and comes in force with the next boot only: firmware. Until then its
/// device tells the old version.
///
/// The signal carries it in words, since every server reads those.
public struct ScheduledUpdate: Hashable, Sendable {
    /// What is updated, by the name that orders have for it.
    public var name: String
    /// The version that comes; empty where it is not known.
    public var version: String
    /// What people call it.
    public var title: String

    /// An update that waits for a boot.
    public init(name: String, version: String, title: String) {
        self.name = name
        self.version = version
        self.title = title
    }

    /// Why the endpoint must reboot.
    public var signal: RebootSignal {
        RebootSignal(kind: .coreFilesReplaced, detail: detail)
    }

    private var detail: String {
        "\(Self.beginning)\(version.isEmpty ? "an update" : version) for \(name) (\(title)), "
            + "which comes in force with a reboot"
    }

    private static let beginning = "the endpoint has written "

    /// Whether a signal tells of this update.
    static func tells(_ signal: RebootSignal, of update: LockedUpdate) -> Bool {
        signal.detail.hasPrefix("\(beginning)\(update.to) for \(update.name) (")
    }
}
