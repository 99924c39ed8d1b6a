/// Where the parts of a Python version stand in its bytes, by PEP 440's appendix B, which reads
/// every spelling that normalises. Ranges hold digits; an empty one is 0.
struct PythonVersionLayout {
    /// What a version is before its post-releases, from oldest to newest.
    enum Stage: Int {
        /// A development release of the final one: `1.0.dev1`.
        case development
        case alpha
        case beta
        case candidate
        case final
    }

    private(set) var epoch = 0..<0
    private(set) var release = 0..<0
    private(set) var stage = Stage.final
    /// The number of the alpha, beta or candidate.
    private(set) var preRelease = 0..<0
    private(set) var post: Range<Int>?
    private(set) var development: Range<Int>?
    /// What follows the plus sign; empty when there is none.
    private(set) var local = 0..<0

    private static let stages: [(word: StaticString, stage: Stage)] = [
        ("alpha", .alpha), ("a", .alpha), ("beta", .beta), ("b", .beta), ("preview", .candidate),
        ("pre", .candidate), ("c", .candidate), ("rc", .candidate),
    ]
    /// A word that begins with another one stands before it: the first that fits is taken.
    private static let postWords: [StaticString] = ["post", "rev", "r"]

    init(of bytes: Span<UInt8>) throws(VersionProblem) {
        let body = bytes.trimmed()
        if body.isEmpty { throw .empty }
        let text = bytes.extracting(0..<body.upperBound)
        var index = body.lowerBound
        if lowercased(text[index]) == UInt8(ascii: "v") { index += 1 }
        try readRelease(text, &index)
        readStage(text, &index)
        readPost(text, &index)
        readDevelopment(text, &index)
        try readLocal(text, &index)
        if index < text.count { throw .unexpectedText }
    }

    private mutating func readRelease(
        _ text: Span<UInt8>, _ index: inout Int
    ) throws(VersionProblem) {
        var end = text.digitsEnd(from: index)
        guard end > index else { throw .notNumberFirst }
        if text.has(UInt8(ascii: "!"), at: end) {
            epoch = index..<end
            index = end + 1
            end = text.digitsEnd(from: index)
            guard end > index else { throw .nothingAfterEpoch }
        }
        let start = index
        while text.has(dotByte, at: end), text.hasDigit(at: end + 1) {
            end = text.digitsEnd(from: end + 1)
        }
        release = start..<end
        index = end
    }

    private mutating func readStage(_ text: Span<UInt8>, _ index: inout Int) {
        for (word, stage) in Self.stages {
            guard let end = wordEnd(word, text, index) else { continue }
            self.stage = stage
            index = end
            preRelease = number(text, &index)
            return
        }
    }

    private mutating func readPost(_ text: Span<UInt8>, _ index: inout Int) {
        if text.has(hyphenByte, at: index), text.hasDigit(at: index + 1) {
            let end = text.digitsEnd(from: index + 1)
            post = index + 1..<end
            index = end
            return
        }
        for word in Self.postWords {
            guard let end = wordEnd(word, text, index) else { continue }
            index = end
            post = number(text, &index)
            return
        }
    }

    private mutating func readDevelopment(_ text: Span<UInt8>, _ index: inout Int) {
        guard let end = wordEnd("dev", text, index) else { return }
        index = end
        development = number(text, &index)
        if stage == .final, post == nil { stage = .development }
    }

    private mutating func readLocal(
        _ text: Span<UInt8>, _ index: inout Int
    ) throws(VersionProblem) {
        guard text.has(plusByte, at: index) else { return }
        let start = index + 1
        repeat {
            index += 1
            let segment = index
            while index < text.count, isAlphanumeric(text[index]) { index += 1 }
            if index == segment { throw .identifierEmpty }
        } while isSeparator(text, index)
        local = start..<index
    }

    /// Where the word ends that may stand at this place, after a separator or none.
    private func wordEnd(_ word: StaticString, _ text: Span<UInt8>, _ index: Int) -> Int? {
        let start = isSeparator(text, index) ? index + 1 : index
        let end = start + word.utf8CodeUnitCount
        return end <= text.count && text.reads(word, in: start..<end) ? end : nil
    }

    /// The number at this place, after a separator or none; a missing one is 0.
    private func number(_ text: Span<UInt8>, _ index: inout Int) -> Range<Int> {
        let start = isSeparator(text, index) ? index + 1 : index
        index = text.digitsEnd(from: start)
        return start..<index
    }

    private func isSeparator(_ text: Span<UInt8>, _ index: Int) -> Bool {
        text.has(dotByte, at: index) || text.has(hyphenByte, at: index)
            || text.has(underscoreByte, at: index)
    }
}
