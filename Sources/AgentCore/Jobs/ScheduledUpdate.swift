public import Fleet
import Rollout

/// An update that is written, and comes in force with the next boot only: firmware. Until then its
/// device tells the old version.
///
/// The signal carries it in words for servers, and as a value for the endpoint itself.
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
        RebootSignal(
            kind: .coreFilesReplaced, detail: detail,
            written: RebootSignal.Written(name: name, version: version))
    }

    private var detail: String {
        "the endpoint has written \(version.isEmpty ? "an update" : version) for \(name) "
            + "(\(title)), which comes in force with a reboot"
    }

    /// Whether a signal tells of this update.
    static func tells(_ signal: RebootSignal, of update: LockedUpdate) -> Bool {
        signal.written == RebootSignal.Written(name: update.name, version: update.to)
    }
}
