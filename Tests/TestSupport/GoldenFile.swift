import Foundation
import Testing

/// Expects `text` to be what the golden file `name` holds, and shows the lines that differ.
///
/// The file is `Tests/Golden/<suite>/<name>`, `<suite>` being the folder of the calling test. With
/// `UPDATE_GOLDEN=1` in the environment it is written instead; read the change before committing
/// it.
public func expectGolden(
    _ text: String, _ name: String, fileID: String = #fileID, filePath: String = #filePath,
    line: Int = #line, column: Int = #column
) {
    let location = SourceLocation(fileID: fileID, filePath: filePath, line: line, column: column)
    let suite = URL(filePath: filePath).deletingLastPathComponent().lastPathComponent
    let file = Places.packageRoot.appending(path: "Tests/Golden/\(suite)/\(name)")
    let update = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"
    if let complaint = GoldenFile(file).compare(with: text, update: update) {
        Issue.record(Comment(rawValue: complaint), sourceLocation: location)
    }
}

/// A text that a test's output is compared with.
struct GoldenFile {
    let file: URL

    init(_ file: URL) {
        self.file = file
    }

    /// What is wrong, as a text with the way out; `nil` when the texts agree or the file was
    /// written.
    func compare(with text: String, update: Bool) -> String? {
        if update { return write(text) }
        let hint = "If the new text is right, run the test again with UPDATE_GOLDEN=1."
        guard let data = try? Data(contentsOf: file) else {
            return "There is no golden file \(shown). \(hint)"
        }
        let expected = String(decoding: data, as: UTF8.self)
        if expected == text { return nil }
        return """
            The text differs from \(shown) (- golden file, + now):
            \(lineDifference(from: expected, to: text))
            \(hint)
            """
    }

    private var shown: String {
        file.pathComponents.suffix(4).joined(separator: "/")
    }

    private func write(_ text: String) -> String? {
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file, options: .atomic)
            return nil
        } catch {
            return "The golden file \(shown) cannot be written: \(error)"
        }
    }
}
