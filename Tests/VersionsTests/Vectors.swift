import Foundation
import TestSupport

/// Tables of versions with recorded verdicts.
enum Vectors {
    /// The rows of a tab-separated file of `version-vectors`, without comments; `\t`, `\n` and `\\`
    /// are read back.
    static func rows(of file: String) throws -> [[String]] {
        let url = Places.sharedData.appending(path: "version-vectors/\(file)")
        return try String(contentsOf: url, encoding: .utf8)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { line in
                line.split(separator: "\t", omittingEmptySubsequences: false).map {
                    unescaped(String($0))
                }
            }
    }

    private static func unescaped(_ text: String) -> String {
        text.replacingOccurrences(of: "\\\\", with: "\u{0}")
            .replacingOccurrences(of: "\\t", with: "\t")
            .replacingOccurrences(of: "\\n", with: "\n")
            .replacingOccurrences(of: "\u{0}", with: "\\")
    }
}
