import Foundation
import TestSupport

@testable import ToolOutputs

/// Reads a text as one tool's output.
func reading(_ tool: ToolOutput, _ text: String) -> ToolReading { tool.read(Array(text.utf8)) }

/// A file of the shared data.
func shared(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Places.sharedData.appending(path: path)))
}

extension ToolReading {
    /// The updates as `name installed > candidate`, an empty version as `-`.
    var shown: [String] {
        updates.map { update in
            let versions = [update.installed, update.candidate].map { $0.isEmpty ? "-" : $0 }
            return "\(update.name) \(versions[0]) > \(versions[1])"
        }
    }
}
