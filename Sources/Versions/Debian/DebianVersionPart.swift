// The comparison of one part (upstream or revision), Debian Policy 5.6.12: by turns a run without
// digits, compared byte by byte with weights, and a run of digits, compared as a number of any
// length.

/// Negative, zero or positive as part `a` sorts before, with or after part `b`.
func partDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
    let common = commonPrefix(a, b)
    if common == a.count, common == b.count { return 0 }
    var left = common
    var right = common
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

/// How many bytes both begin with, less the digits at the end of these: they may be the head of
/// two different numbers.
private func commonPrefix(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
    let limit = min(a.count, b.count)
    var common = 0
    while common < limit, a[common] == b[common] { common += 1 }
    if common == limit, a.count == b.count { return common }
    while common > 0, isDigit(a[common - 1]) { common -= 1 }
    return common
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
        while bytes.has(zeroByte, at: index) { index += 1 }
        let digits = index
        while bytes.hasDigit(at: index) {
            hasher.combine(bytes[index])
            index += 1
        }
        // A byte that no part holds keeps "1" then "2" apart from "12".
        if hadText || index > digits { hasher.combine(UInt8.max) }
    }
    hasher.combine(UInt8.min)
}

private func hasNonDigit(_ bytes: Span<UInt8>, at index: Int) -> Bool {
    index < bytes.count && !isDigit(bytes[index])
}

/// Tilde before the end of the part, the end before letters, letters before everything else.
private func weight(_ bytes: Span<UInt8>, at index: Int) -> Int {
    guard index < bytes.count else { return 0 }
    let byte = bytes[index]
    if isDigit(byte) { return 0 }
    if byte == tildeByte { return -1 }
    return isLetter(byte) ? Int(byte) : Int(byte) + 256
}
