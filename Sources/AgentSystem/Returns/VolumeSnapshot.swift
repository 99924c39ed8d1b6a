/// A snapshot of the root volume that the agent took before an installation, as LVM tells of it.
public struct VolumeSnapshot: Hashable, Sendable {
    /// Its name in its volume group, `patchbay-TIME-JOB`.
    public var name: String
    /// The volume group.
    public var group: String
    /// Its size, in bytes: how much of the origin may change before it is full.
    var size: Int64
    /// How much of that is in use, in hundredths of a percent.
    var used: Int64
    /// Why LVM cannot merge it any more, as a sentence; `nil` when it can.
    public var fault: String?

    /// As a job's result tells it.
    public var fullName: String { "lvm \(group)/\(name)" }

    /// When it was taken, as its name tells it: `2026-11-22 01:02:03 UTC`.
    public var takenAt: String {
        let digits = name.dropFirst(Snapshots.prefix.count).prefix(Snapshots.stampDigits)
        var text = ""
        for (place, digit) in digits.enumerated() {
            text += [4: "-", 6: "-", 8: " ", 10: ":", 12: ":"][place] ?? ""
            text.append(digit)
        }
        return text + " UTC"
    }

    /// How full it is, in whole percent.
    public var percentUsed: Int64 { used / 100 }

    /// How much can be written until it is full, in bytes.
    var free: Int64 { max(0, size - size / 10_000 * used) }
}

/// What LVM says of one volume.
struct LogicalVolume: Hashable {
    var name: String
    var origin: String
    /// The ten letters of `lv_attr` (lvs(8)).
    var attributes: String
    var size: Int64
    var used: Int64

    /// What is asked of lvs.
    static let fields = "lv_name,origin,lv_attr,lv_size,data_percent"

    /// One line of lvs; `nil` when it is none.
    init?(_ line: Substring) {
        let words = line.split(separator: ":", omittingEmptySubsequences: false)
            .map { String($0.filter { !$0.isWhitespace }) }
        guard words.count == 5, !words[0].isEmpty, words[2].count >= 5, let size = Int64(words[3])
        else { return nil }
        (name, origin, attributes) = (words[0], words[1], words[2])
        self.size = size
        used = Int64((Double(words[4]) ?? 0) * 100)
    }

    /// Whether a snapshot will take its place when it is activated the next time.
    var isMerging: Bool { attributes.first == "O" }

    /// Why it is no snapshot that can be merged, as a sentence; `nil` when it is one.
    var faultAsSnapshot: String? {
        let letters = Array(attributes)
        if letters[0] == "V" {
            return "It is a snapshot of a thin volume, to which a person returns by hand."
        }
        if letters[0] == "S" { return "It is being merged already." }
        guard letters[0] == "s" else { return "It is no snapshot." }
        // Used up, or broken: lvs(8) names these states.
        return "IS".contains(letters[4]) || letters[4] == "m" || letters[4] == "M"
            ? "It is full or broken, and cannot be used any more." : nil
    }
}

/// Why an endpoint does not return to a snapshot.
public struct ReturnFault: Error, Hashable, Sendable {
    /// The reason, in whole sentences.
    public var sentence: String
    /// Whether the return may come into force all the same, so that the agent must stay stopped:
    /// what it did from here on it would forget.
    public var isUnderWay: Bool

    /// A fault.
    public init(_ sentence: String, isUnderWay: Bool = false) {
        self.sentence = sentence
        self.isUnderWay = isUnderWay
    }
}
