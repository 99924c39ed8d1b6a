/// Texts, each held once and known by a number: an index repeats few names very often.
struct TextTable: Sendable {
    private(set) var texts: [String] = []
    private var numbers: [String: Int32] = [:]

    /// The number of a text; a new one when the table does not hold it yet.
    mutating func number(of text: String) -> Int32 {
        if let known = numbers[text] { return known }
        let number = Int32(truncatingIfNeeded: texts.count)
        texts.append(text)
        numbers[text] = number
        return number
    }

    /// The number of a text that the table holds.
    func known(_ text: String) -> Int32? { numbers[text] }

    /// The text of a number that this table gave.
    subscript(number: Int32) -> String { texts[Int(number)] }

    var count: Int { texts.count }
}
