import PackageManagers
import ToolOutputs

/// A tool's own words in a sentence.
enum MacWords {
    static func quote(_ words: some StringProtocol) -> String {
        let text = TextLines.trimmed(words)
        return text.count > ToolRunner.longestQuote
            ? "\(text.prefix(ToolRunner.longestQuote))…" : text
    }
}
