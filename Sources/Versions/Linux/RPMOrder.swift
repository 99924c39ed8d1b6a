/// The order of rpm and dnf: epoch, version, release, the last two by `rpmvercmp`
/// (rpm-version(7)). A version without a release is older than the same one with any release.
enum RPMOrder {
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        let left = try EVR(of: a)
        let right = try EVR(of: b)
        let epochs = numberDifference(a, left.epoch, b, right.epoch)
        if epochs != 0 { return epochs }
        let versions = partDifference(a.extracting(left.version), b.extracting(right.version))
        if versions != 0 { return versions }
        return switch (left.release, right.release) {
        case (nil, nil): 0
        case (nil, _?): -1
        case (_?, nil): 1
        case (let x?, let y?): partDifference(a.extracting(x), b.extracting(y))
        }
    }

    /// `rpmvercmp`: segments of digits or of letters, everything else only separates them, except
    /// the tilde, which is older than the end, and the caret, which is newer than the end and older
    /// than anything that follows otherwise.
    private static func partDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        var left = 0
        var right = 0
        while left < a.count || right < b.count {
            skipSeparators(a, &left)
            skipSeparators(b, &right)
            if a.has(tildeByte, at: left) || b.has(tildeByte, at: right) {
                guard a.has(tildeByte, at: left) else { return 1 }
                guard b.has(tildeByte, at: right) else { return -1 }
            } else if a.has(caretByte, at: left) || b.has(caretByte, at: right) {
                if left == a.count { return -1 }
                if right == b.count { return 1 }
                guard a.has(caretByte, at: left) else { return 1 }
                guard b.has(caretByte, at: right) else { return -1 }
            } else {
                if left == a.count || right == b.count { break }
                let segments = segmentDifference(a, &left, b, &right)
                if segments != 0 { return segments }
                continue
            }
            left += 1
            right += 1
        }
        return (left < a.count ? 1 : 0) - (right < b.count ? 1 : 0)
    }

    private static func skipSeparators(_ bytes: Span<UInt8>, _ index: inout Int) {
        while index < bytes.count {
            let byte = bytes[index]
            if isAlphanumeric(byte) || byte == tildeByte || byte == caretByte { return }
            index += 1
        }
    }
}

/// Compares the segments that begin at the two places, and moves both past them: numbers are newer
/// than letters, numbers count by value, letters by their bytes. rpm and libalpm do so alike.
func segmentDifference(
    _ a: Span<UInt8>, _ left: inout Int, _ b: Span<UInt8>, _ right: inout Int
) -> Int {
    switch (a.hasDigit(at: left), b.hasDigit(at: right)) {
    case (true, true): return numberDifference(a, &left, b, &right)
    case (true, false): return 1
    case (false, true): return -1
    case (false, false):
        let (leftEnd, rightEnd) = (a.lettersEnd(from: left), b.lettersEnd(from: right))
        defer { (left, right) = (leftEnd, rightEnd) }
        return bytesDifference(a, left..<leftEnd, b, right..<rightEnd)
    }
}
