// What the orders of all ecosystems share: classes of ASCII bytes, and numbers of any length.

let zeroByte = UInt8(ascii: "0")
let dotByte = UInt8(ascii: ".")
let hyphenByte = UInt8(ascii: "-")
let colonByte = UInt8(ascii: ":")
let underscoreByte = UInt8(ascii: "_")
let plusByte = UInt8(ascii: "+")
let tildeByte = UInt8(ascii: "~")
let caretByte = UInt8(ascii: "^")

func isDigit(_ byte: UInt8) -> Bool {
    byte &- zeroByte < 10
}

func isLetter(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- UInt8(ascii: "a") < 26
}

func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte)
}

/// Space and tab, which dpkg lets stand around a version.
func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09
}

/// A blank, or what ends a line or a page.
func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte &- 0x09 < 5
}

/// A letter in lower case, another byte as it is.
func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
}

extension Span<UInt8> {
    func hasDigit(at index: Int) -> Bool {
        index < count && isDigit(self[index])
    }

    func hasLetter(at index: Int) -> Bool {
        index < count && isLetter(self[index])
    }

    func has(_ byte: UInt8, at index: Int) -> Bool {
        index < count && self[index] == byte
    }

    /// Where the digits that begin at `index` end.
    func digitsEnd(from index: Int) -> Int {
        var end = index
        while hasDigit(at: end) { end += 1 }
        return end
    }

    /// Where the letters that begin at `index` end.
    func lettersEnd(from index: Int) -> Int {
        var end = index
        while hasLetter(at: end) { end += 1 }
        return end
    }

    /// The place of the first such byte in the range.
    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        for index in range where self[index] == byte { return index }
        return nil
    }

    /// The place of the last such byte in the range.
    func last(_ byte: UInt8, in range: Range<Int>) -> Int? {
        var index = range.upperBound
        while index > range.lowerBound {
            index -= 1
            if self[index] == byte { return index }
        }
        return nil
    }

    /// What is left when whitespace at both ends is dropped.
    func trimmed() -> Range<Int> {
        trimmed(0..<count)
    }

    /// What is left of the range when whitespace at both of its ends is dropped.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isWhitespace(self[start]) { start += 1 }
        while end > start, isWhitespace(self[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Whether the range holds this word of lower-case letters, in any case.
    func reads(_ word: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { letters in
            for (offset, letter) in letters.enumerated()
            where lowercased(self[range.lowerBound + offset]) != letter { return false }
            return true
        }
    }

    /// Whether there is nothing but zeros (or nothing at all) in the range of digits.
    func isZero(_ range: Range<Int>) -> Bool {
        for index in range where self[index] != zeroByte { return false }
        return true
    }
}

/// Compares the numbers that begin at the two places, and moves both past them. Their length is not
/// limited: the one with more digits after its leading zeros is larger. No digit at all is zero.
func numberDifference(
    _ a: Span<UInt8>, _ left: inout Int, _ b: Span<UInt8>, _ right: inout Int
) -> Int {
    while a.has(zeroByte, at: left) { left += 1 }
    while b.has(zeroByte, at: right) { right += 1 }
    var firstDifference = 0
    while a.hasDigit(at: left), b.hasDigit(at: right) {
        if firstDifference == 0 { firstDifference = Int(a[left]) - Int(b[right]) }
        left += 1
        right += 1
    }
    if a.hasDigit(at: left) { return 1 }
    if b.hasDigit(at: right) { return -1 }
    return firstDifference
}

/// Compares two ranges of digits as numbers; an empty one is zero.
func numberDifference(
    _ a: Span<UInt8>, _ left: Range<Int>, _ b: Span<UInt8>, _ right: Range<Int>
) -> Int {
    var (i, j) = (0, 0)
    return numberDifference(a.extracting(left), &i, b.extracting(right), &j)
}

/// Compares numbers with full stops between them, one after the other; a missing one is 0.
func dottedNumbersDifference(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Int {
    var left = 0
    var right = 0
    while left < a.count || right < b.count {
        let numbers = numberDifference(a, &left, b, &right)
        if numbers != 0 { return numbers }
        // Past the full stops; one that has ended stays at its end, where a number is 0.
        if left < a.count { left += 1 }
        if right < b.count { right += 1 }
    }
    return 0
}

/// Compares two ranges byte by byte; of two that begin alike the shorter comes first.
func bytesDifference(
    _ a: Span<UInt8>, _ left: Range<Int>, _ b: Span<UInt8>, _ right: Range<Int>,
    foldingCase: Bool = false
) -> Int {
    let common = min(left.count, right.count)
    for offset in 0..<common {
        var (x, y) = (a[left.lowerBound + offset], b[right.lowerBound + offset])
        if foldingCase { (x, y) = (lowercased(x), lowercased(y)) }
        if x != y { return Int(x) - Int(y) }
    }
    return left.count - right.count
}
