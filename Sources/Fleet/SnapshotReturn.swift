/// A return of an endpoint's root file system to a snapshot that it took before an installation, as
/// an order and its approval name it.
///
/// It takes back everything that was written to that file system since, not the updates alone. So
/// it names what was installed when somebody was told what would be lost: an endpoint on which that
/// has changed since does not return.
public struct SnapshotReturn: Hashable, Sendable, Codable {
    /// The snapshot, as the result of the job before which it was taken tells it:
    /// `lvm lab/patchbay-20261122010203-job_…`.
    public var snapshot: String
    /// The SHA-256 of the inventory that the endpoint had when the return was ordered, in
    /// hexadecimal.
    public var inventory: String

    /// A return.
    public init(snapshot: String, inventory: String) {
        self.snapshot = snapshot
        self.inventory = inventory
    }

    /// The longest name of a snapshot, in bytes: LVM's group and volume have 127 each.
    public static let longestName = 300
    /// What the names of the agent's own snapshots begin with, and how many digits of time follow.
    private static let (mark, stampDigits) = ("patchbay-", 14)

    /// Whether an agent can be ordered to return to a snapshot of this name: those of a root volume
    /// of LVM. To others a person returns by hand (docs/rollback.md).
    public static func canBeOrdered(_ snapshot: String) -> Bool {
        snapshot.hasPrefix("lvm ") && snapshot.utf8.count <= longestName
            && takenAt(snapshot) != nil
    }

    /// When a snapshot was taken, by the endpoint's clock, as its name tells it; `nil` where the
    /// name does not, as snapper's number.
    public static func takenAt(_ snapshot: String) -> Timestamp? {
        let name = snapshot.split { $0 == "/" || $0 == "@" }.last ?? ""
        guard name.hasPrefix(mark) else { return nil }
        let stamp = name.dropFirst(mark.count).prefix { $0.isASCII && $0.isNumber }
        guard stamp.count == stampDigits else { return nil }
        var text = ""
        for (place, digit) in stamp.enumerated() {
            text += [4: "-", 6: "-", 8: "T", 10: ":", 12: ":"][place] ?? ""
            text.append(digit)
        }
        return Timestamp(text + "Z")
    }
}
