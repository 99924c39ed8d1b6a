/// The order of Python packages (PEP 440, now PyPA's "Version specifiers"), as `packaging` has it.
enum PythonOrder {
    static func difference(
        _ a: Span<UInt8>, _ b: Span<UInt8>
    ) throws(VersionProblem) -> Int {
        let left = try PythonVersionLayout(of: a)
        let right = try PythonVersionLayout(of: b)
        let epochs = numberDifference(a, left.epoch, b, right.epoch)
        if epochs != 0 { return epochs }
        let releases = dottedNumbersDifference(
            a.extracting(left.release), b.extracting(right.release))
        if releases != 0 { return releases }
        if left.stage != right.stage { return left.stage.rawValue - right.stage.rawValue }
        let preReleases = numberDifference(a, left.preRelease, b, right.preRelease)
        if preReleases != 0 { return preReleases }
        let posts = optionalDifference(a, left.post, b, right.post, missing: -1)
        if posts != 0 { return posts }
        let developments = optionalDifference(
            a, left.development, b, right.development, missing: 1)
        if developments != 0 { return developments }
        return localDifference(a.extracting(left.local), b.extracting(right.local))
    }

    /// `missing` is how a missing number stands to one that is there.
    private static func optionalDifference(
        _ a: Span<UInt8>, _ x: Range<Int>?, _ b: Span<UInt8>, _ y: Range<Int>?, missing: Int
    ) -> Int {
        switch (x, y) {
        case (nil, nil): 0
        case (nil, _?): missing
        case (_?, nil): -missing
        case (let x?, let y?): numberDifference(a, x, b, y)
        }
    }

    /// Segments of a local version: words before numbers, words without regard to case, fewer
    /// before more.
    private static func localDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
        var left = 0
        var right = 0
        while left < a.count, right < b.count {
            let x = left..<segmentEnd(a, left)
            let y = right..<segmentEnd(b, right)
            let isNumber = (
                a.digitsEnd(from: left) == x.upperBound, b.digitsEnd(from: right) == y.upperBound
            )
            let segments =
                switch isNumber {
                case (true, true): numberDifference(a, x, b, y)
                case (true, false): 1
                case (false, true): -1
                case (false, false): bytesDifference(a, x, b, y, foldingCase: true)
                }
            if segments != 0 { return segments }
            left = x.upperBound + 1
            right = y.upperBound + 1
        }
        return (left < a.count ? 1 : 0) - (right < b.count ? 1 : 0)
    }

    private static func segmentEnd(_ bytes: Span<UInt8>, _ start: Int) -> Int {
        var end = start
        while end < bytes.count, isAlphanumeric(bytes[end]) { end += 1 }
        return end
    }
}
