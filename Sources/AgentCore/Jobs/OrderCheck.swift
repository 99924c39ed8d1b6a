import AgentProtocol
import Fleet
import Policy
import Rollout
import Trust
import Versions

extension JobRun {
    /// Compares the order with what is installed: what the agent does not do, whoever asks for it,
    /// is settled here.
    func check(_ view: EndpointView, at now: Timestamp) -> [JournalEvent] {
        if let fault = wholeFault(at: now) {
            let refused = order.updates.map { refusal($0, view, fault) }
            return [.checked(settled: refused, signals: view.signals)]
        }
        let settled = remaining.compactMap { update -> UpdateOutcome? in
            if let fault = fault(of: update, view) { return refusal(update, view, fault) }
            return isIn(update, view) ? outcome(ofInstalled: update, view) : nil
        }
        return [.checked(settled: settled, signals: view.signals)]
    }

    /// What is wrong with the order as a whole, as a clause; `nil` when nothing is.
    func wholeFault(at now: Timestamp) -> String? {
        if order.endpoint != endpoint { return "the order is for another endpoint" }
        if order.updates.count > JobOrder.maximumUpdates {
            return
                "the order holds \(order.updates.count) updates; at most \(JobOrder.maximumUpdates) are taken"
        }
        if Set(order.updates.map(\.key)).count != order.updates.count {
            return "the order names a package twice"
        }
        let back = order.updates.count(where: \.isRollback)
        if back > 0, back < order.updates.count {
            return "the order goes back with some packages and forward with others"
        }
        let ways = Set(order.updates.map(\.returnsTo))
        if ways.count > 1 || (ways.first ?? nil) != nil && back == 0 {
            return "the order goes back by several ways, or forward by a snapshot"
        }
        if now >= order.deadline {
            return
                "the order's deadline (\(order.deadline)) has passed by this endpoint's clock "
                + "(\(now.wholeSeconds))"
        }
        return nil
    }

    /// What is wrong with one line, as a clause; `nil` when nothing is.
    private func fault(of update: LockedUpdate, _ view: EndpointView) -> String? {
        guard PackageName(update.name, of: update.manager) != nil else {
            return "its name is not one of \(update.manager.rawValue)"
        }
        guard OrderedText.isArchitecture(update.architecture) else {
            return "its architecture is not a name"
        }
        guard OrderedText.isVersion(update.to, of: update.manager) else {
            return "its target version is not one of \(update.manager.rawValue)"
        }
        if let hash = update.sha256, Hex.decode(hash)?.count != 32 {
            return "its hash is not 64 hexadecimal digits"
        }
        guard
            let installed = view.installed[update.key]
                ?? view.unfinished[update.key].map({ _ in update.from })
        else {
            // What replaces nothing is not there before.
            if update.manager.addsUpdates, !update.isRollback { return nil }
            return "it is not installed, and the agent installs nothing new by order"
        }
        guard view.installed[update.key] != nil else { return nil }
        if update.isRollback { return faultOfGoingBack(update, from: installed) }
        guard update.manager.order(installed, update.to) != .greater else {
            return "\(installed) is installed, which is newer, and the agent never goes back"
        }
        return nil
    }

    /// Only exactly the version that the order takes back is taken back.
    private func faultOfGoingBack(_ update: LockedUpdate, from installed: String) -> String? {
        // What has no order (flatpak's commits) cannot be told older: it is gone back to only from
        // exactly what the order takes back, below.
        let order = update.manager.order(update.from, update.to)
        guard order == .greater || (order == nil && update.manager == .flatpak) else {
            return "\(update.to) is not older than the \(update.from) that is to be taken back"
        }
        guard installed != update.from, installed != update.to else { return nil }
        return "\(installed) is installed, and not the \(update.from) that is to be taken back"
    }

    private func refusal(_ update: LockedUpdate, _ view: EndpointView, _ fault: String)
        -> UpdateOutcome
    {
        // The name comes from outside, and may be anything.
        let name = PackageName(update.name, of: update.manager)?.text ?? "A package"
        return UpdateOutcome(
            update: update, state: .skipped, failure: .refused,
            versionAfter: view.installed[update.key],
            sentence: "\(name) was refused: \(fault).")
    }
}

/// Texts of an order that will stand in an argument vector.
enum OrderedText {
    /// The longest version that is taken, in bytes; the longest in Debian has about 60.
    static let longestVersion = 255
    /// The longest architecture name that is taken, in bytes.
    static let longestArchitecture = 32

    /// Whether a text can be a target version: one that the package manager can order, of the
    /// characters that its rules know.
    static func isVersion(_ text: String, of manager: PackageManagerName) -> Bool {
        guard text.utf8.count <= longestVersion else { return false }
        switch manager {
        case .apt:
            guard let version = try? DebianVersion(text), version.text == text else { return false }
            switch version.flaw {
            case nil: return true
            // Some sources begin versions with a letter (`v1.2`), which dpkg installs with a
            // warning; everything else must be as the Policy has it.
            case .upstreamNotDigitFirst: return isDebianVersionWithLetter(version)
            default: return false
            }
        default:
            guard let first = text.utf8.first, isAlphanumeric(first) else { return false }
            return text.utf8.allSatisfy { isAlphanumeric($0) || "._+~^:,@-".utf8.contains($0) }
                && manager.order(text, text) != nil
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }

    /// Whether the upstream part begins with a letter, and only characters of Debian Policy 5.6.12
    /// follow.
    private static func isDebianVersionWithLetter(_ version: DebianVersion) -> Bool {
        guard let first = version.upstream.unicodeScalars.first, first.isASCII,
            first.properties.isAlphabetic
        else { return false }
        return version.text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ".+-~:".utf8.contains(byte)
            }
        }
    }

    /// Lower-case letters, digits, `-` and `_`, such as `amd64`, `x86_64` or `musl-linux-armhf`.
    static func isArchitecture(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...longestArchitecture).contains(bytes.count)
            && bytes.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            } && bytes.first != UInt8(ascii: "-")
    }
}

extension PackageManagerName {
    /// How one of its versions stands to another; `nil` when one of them is none.
    func order(_ a: String, _ b: String) -> VersionOrder? {
        // Only the revisions behind the identifier of an update of Windows have an order.
        if self == .windowsUpdate, a.prefix(while: { $0 != "." }) != b.prefix(while: { $0 != "." })
        {
            return nil
        }
        // Behind the version stands flatpak's commit, which says which one, not which is newer.
        if self == .flatpak, a != b {
            let versions = [a, b].map { $0.split(separator: "@").dropLast().joined() }
            guard versions[0] != versions[1] else { return nil }
            return try? ecosystem.compare(versions[0], versions[1])
        }
        // Behind a snap's version stands its revision, which its store counts up; the version is
        // the maker's own, and may go any way.
        if self == .snap {
            let revisions = [a, b].map { $0.split(separator: "@").last.flatMap { Int64($0) } }
            guard let one = revisions[0], let other = revisions[1] else {
                return a == b ? .equal : nil
            }
            return one == other ? .equal : one < other ? .less : .greater
        }
        return try? ecosystem.compare(a, b)
    }
}
