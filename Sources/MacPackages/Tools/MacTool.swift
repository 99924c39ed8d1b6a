import AgentCore
import Fleet
import PackageManagers
import Rollout
import Versions

/// What a package tool of macOS must answer so that exact versions can be installed with it.
///
/// None of them takes a version: each installs what it offers now. So what it offers is asked right
/// before a run, and compared with what was approved.
protocol MacTool: SoftwareLooking {
    /// What the tool would do for each of these; one that is left out it does not offer.
    func offers(for updates: [LockedUpdate]) async -> [LockedUpdate: Offer]
    /// The programs that install these, one after another.
    func commands(for steps: [MacStep]) -> [[String]]
    /// The program that downloads one of them without installing; `nil` where there is none.
    func download(of step: MacStep) -> [String]?
    /// Where a download lies, as far as it can be told from what the program printed; `nil` when
    /// it did not come.
    func downloaded(_ step: MacStep, _ output: CommandOutput) async -> Downloaded?
    /// What the tool's words and status mean.
    func complaint(status: Int32, lines: [String]) -> RunVerdict?
}

/// What a tool would do for one update.
enum Offer: Hashable, Sendable {
    /// It installs it so.
    case installs(MacStep)
    /// It does not, or must not.
    case refused(FailureClass, String)
}

extension Offer {
    /// One reason for all of them.
    static func refusals(
        of updates: [LockedUpdate], _ failure: FailureClass, _ sentence: String
    ) -> [LockedUpdate: Offer] {
        Dictionary(updates.map { ($0, Offer.refused(failure, sentence)) }) { one, _ in one }
    }
}

/// How a tool is told to install one update.
struct MacStep: Hashable, Sendable {
    /// What stands for the update in an argument: a label, a formula, a number of the App Store.
    var argument: String
    /// Options that the update, or this release of macOS, needs.
    var options: [String] = []
}

/// A download that came.
struct Downloaded: Hashable, Sendable {
    /// The file; `nil` where the tool keeps to itself where it lies.
    var file: String?
}

/// Why a tool did not answer.
struct NoAnswer: Error, Hashable, Sendable {
    let reason: String
}

extension MacTool {
    /// Nothing is downloaded ahead.
    func download(of step: MacStep) -> [String]? { nil }
    func downloaded(_ step: MacStep, _ output: CommandOutput) async -> Downloaded? { nil }
}

extension Package {
    /// A package of a Mac. Tools there tell no architecture: what they install fits the machine.
    init(_ manager: PackageManagerName, _ name: String, _ version: String, title: String? = nil) {
        self.init(
            manager: manager, name: name, version: version, architecture: MacArchitecture.any,
            source: title ?? name, sourceVersion: version)
    }
}

extension Update {
    /// An update of a Mac's package: none of the tools says what one is for, and none has a way
    /// back.
    init(
        _ manager: PackageManagerName, _ name: String, from installed: String, to candidate: String,
        origin: String, bytes: Int64? = nil, obstacle: MacObstacle? = nil
    ) {
        self.init(
            manager: manager, name: name, architecture: MacArchitecture.any, installed: installed,
            candidate: candidate, classes: [.feature], origin: origin,
            installability: obstacle.map { $0.isHold ? Installability.held : .keptBack }
                ?? .installable,
            bytes: bytes, reason: obstacle?.sentence, wayBack: .noWay)
    }
}

/// Why an update is not installed, though it is offered.
struct MacObstacle: Hashable, Sendable {
    let sentence: String
    /// Whether somebody has put it on hold.
    var isHold = false

    /// What becomes of it in an order.
    var offer: Offer { .refused(isHold ? .held : .refused, sentence) }
}

/// The architecture of what fits the machine.
enum MacArchitecture {
    static let any = "all"
}

/// A version as an order may name it.
enum MacVersion {
    /// Whether it can be ordered: `26.5`, `26.7.0_2`, `5.48,uYXSwyUCNFBbSch9PFw`.
    static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        let isWord = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte)
        }
        return isWord(first) && text.utf8.count <= 255
            && text.utf8.allSatisfy { isWord($0) || "._+~^:,@-".utf8.contains($0) }
    }

    /// Whether one text is the newer version; `false` where they have no order.
    static func isNewer(_ one: String, than other: String) -> Bool {
        (try? Ecosystem.generic.compare(one, other)) == .greater
    }
}
