import Fleet
import Foundation
import Policy
import PolicyDocument
import TestSupport

/// Saturday noon in UTC, the same in every test.
let noon = Timestamp(seconds: 1_795_262_400)

/// Reads a text as the file `f`, at `noon`, with a few zones.
func read(_ text: String) -> PolicyFile {
    PolicyFile.read(Array(text.utf8), named: "f", in: surroundings)
}

/// What the tests' machine knows.
let surroundings = PolicyFile.Surroundings(
    now: noon,
    isKnownZone: {
        [
            "UTC", "Europe/Berlin", "Europe/London", "Europe/Zurich", "Australia/Sydney",
            "America/Chicago",
        ].contains($0)
    })

/// The smallest policy, with more lines, or other ones for some of its own.
func smallest(
    adding lines: String = "", applies: String = "all", lane: String = "[w]",
    windows: String = "{w: {every: day, from: \"22:00\", for: 4h}}"
) -> String {
    """
    patchbay: policy/v1
    name: small
    applies: \(applies)
    lanes: {routine: {windows: \(lane)}}
    default: {approve: by hand}
    windows: \(windows)
    \(lines)
    """
}

/// The example policies, by name.
enum Examples {
    static let folder = Places.packageRoot.appending(path: "Examples/policies")

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }
}
