import Foundation
import Testing

/// One thing that goes right or wrong on real endpoints, and what must come of it.
///
/// Each scenario has packages of its own on its endpoints, so that endpoints are booted once for
/// all of them. What it breaks it mends itself.
struct Scenario: Sendable, CustomTestStringConvertible {
    /// What must come of it, as a sentence.
    let name: String
    /// Whether the server's database has a part in it; what happens on endpoints alone is played on
    /// one of them.
    let isAboutServer: Bool
    /// Plays it.
    let play: @Sendable (Lab) async throws -> Void

    init(
        _ name: String, isAboutServer: Bool = true,
        play: @escaping @Sendable (Lab) async throws -> Void
    ) {
        self.name = name
        self.isAboutServer = isAboutServer
        self.play = play
    }

    var testDescription: String { name }
}

extension Scenario {
    /// All of them, in the order in which they are played.
    static let all: [Scenario] =
        [scansTellTheTruth, goodUpdate, failingPackageAndOthers] + obstacles + putAside
        + surroundings + crashes + network
        + restarts + reboots + [aToolThatLies] + sources + hostile + cancelling + [rollingBack]
        + rings + [bundle] + waves + before + services + caches + applications + [
            agentPackage, selfUpdate,
        ]
        + [emergency, evidence] + trust

    /// Those that `PATCHBAY_SCENARIOS` asks for; all without it.
    static let chosen: [Scenario] = {
        let words = (ProcessInfo.processInfo.environment["PATCHBAY_SCENARIOS"] ?? "")
            .split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        guard !words.isEmpty else { return all }
        return all.filter { scenario in words.contains { scenario.name.contains($0) } }
    }()

    /// Those that each database has a part in.
    static let aboutServer = chosen.filter(\.isAboutServer)
    /// The others, which are played once.
    static let onEndpointsAlone = chosen.filter { !$0.isAboutServer }
}
