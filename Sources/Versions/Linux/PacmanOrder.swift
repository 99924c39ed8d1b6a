/// The order of `vercmp` (libalpm): epoch, version, package release. A version without a package
/// release equals the same one with any release, so this is a total order only among versions
/// that all carry one, as every installed package does (docs/versions.md).
enum PacmanOrder {
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        let left = try EVR(of: a)
        let right = try EVR(of: b)
        let epochs = numberDifference(a, left.epoch, b, right.epoch)
        if epochs != 0 { return epochs }
        let versions = partDifference(a.extracting(left.version), b.extracting(right.version))
        guard versions == 0, let x = left.release, let y = right.release else { return versions }
        return partDifference(a.extracting(x), b.extracting(y))
    }

    /// As rpm's, with three differences: more separators in a row are newer than fewer, letters
    /// at the end are older than the end, and tilde and caret are separators like others.
    private static func partDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        var left = 0
        var right = 0
        while left < a.count, right < b.count {
            let gaps = (skipSeparators(a, &left), skipSeparators(b, &right))
            if left == a.count || right == b.count { break }
            if gaps.0 != gaps.1 { return gaps.0 - gaps.1 }
            let segments = segmentDifference(a, &left, b, &right)
            if segments != 0 { return segments }
        }
        if left < a.count { return isLetter(a[left]) ? -1 : 1 }
        if right < b.count { return isLetter(b[right]) ? 1 : -1 }
        return 0
    }

    /// How many bytes were skipped.
    private static func skipSeparators(_ bytes: Span<UInt8>, _ index: inout Int) -> Int {
        let start = index
        while index < bytes.count, !isAlphanumeric(bytes[index]) { index += 1 }
        return index - start
    }
}
