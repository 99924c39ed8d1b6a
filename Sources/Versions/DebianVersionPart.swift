// The comparison of one part (upstream or revision), Debian Policy 5.6.12: by turns a run without
// digits, compared byte by byte with weights, and a run of digits, compared as a number of any
// length.

/// Negative, zero or positive as part `a` sorts before, with or after part `b`.
func partDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
    var left = 0
    var right = 0
    while left < a.count || right < b.count {
        while hasNonDigit(a, at: left) || hasNonDigit(b, at: right) {
            let difference = weight(a, at: left) - weight(b, at: right)
            if difference != 0 { return difference }
            // Equal weights and not both digits or ends: both stand on the same byte.
            left += 1
            right += 1
        }
        let numbers = numberDifference(a, &left, b, &right)
        if numbers != 0 { return numbers }
    }
    return 0
}

/// Feeds a part to a hasher in a form in which parts that compare equal are the same: numbers lose
/// their leading zeros, a number zero and a missing number are alike, and a zero that stands alone
/// is an empty part.
func hashPart(_ bytes: Span<UInt8>, into hasher: inout Hasher) {
    var index = 0
    while index < bytes.count {
        let start = index
        while hasNonDigit(bytes, at: index) {
            hasher.combine(bytes[index])
            index += 1
        }
        let hadText = index > start
        skipZeros(bytes, &index)
        let digits = index
        while hasDigit(bytes, at: index) {
            hasher.combine(bytes[index])
            index += 1
        }
        // A byte that no part holds keeps "1" then "2" apart from "12".
        if hadText || index > digits { hasher.combine(UInt8.max) }
    }
    hasher.combine(UInt8.min)
}

/// Compares the numbers that begin at the two places, and moves both past them. Their length is not
/// limited: the one with more digits after its leading zeros is larger.
private func numberDifference(
    _ a: Span<UInt8>, _ left: inout Int, _ b: Span<UInt8>, _ right: inout Int
) -> Int {
    skipZeros(a, &left)
    skipZeros(b, &right)
    var firstDifference = 0
    while hasDigit(a, at: left), hasDigit(b, at: right) {
        if firstDifference == 0 { firstDifference = Int(a[left]) - Int(b[right]) }
        left += 1
        right += 1
    }
    if hasDigit(a, at: left) { return 1 }
    if hasDigit(b, at: right) { return -1 }
    return firstDifference
}

private func skipZeros(_ bytes: Span<UInt8>, _ index: inout Int) {
    while index < bytes.count, bytes[index] == zeroByte { index += 1 }
}

private func hasDigit(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    index < bytes.count && isDigit(bytes[index])
}

private func hasNonDigit(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    index < bytes.count && !isDigit(bytes[index])
}

/// Tilde before the end of the part, the end before letters, letters before everything else.
private func weight(_ bytes: Span<UInt8>, at index: Int) -> Int {
    guard index < bytes.count else { return 0 }
    let byte = bytes[index]
    if isDigit(byte) { return 0 }
    if byte == UInt8(ascii: "~") { return -1 }
    return isLetter(byte) ? Int(byte) : Int(byte) + 256
}
