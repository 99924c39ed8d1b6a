/// The difference of two texts by lines, for people: removed lines begin with `-`, added ones with
/// `+`, each with its number. At most `limit` lines are shown, and how many were left out.
public func lineDifference(from old: String, to new: String, limit: Int = 60) -> String {
    let before = old.split(separator: "\n", omittingEmptySubsequences: false)
    let after = new.split(separator: "\n", omittingEmptySubsequences: false)
    let changes = after.difference(from: before)
    let rows = (changes.removals + changes.insertions).map(DifferenceRow.init).sorted()
    var lines = rows.prefix(limit).map(\.text)
    if rows.count > limit { lines.append("... and \(rows.count - limit) lines more") }
    return lines.joined(separator: "\n")
}

/// One line that is only in one of the texts; removals of a line number stand before insertions.
private struct DifferenceRow: Comparable {
    let line: Int
    let isInsertion: Bool
    let text: String

    init(_ change: CollectionDifference<Substring>.Change) {
        switch change {
        case .remove(let offset, let element, _):
            (line, isInsertion, text) = (offset, false, "- \(offset + 1): \(element)")
        case .insert(let offset, let element, _):
            (line, isInsertion, text) = (offset, true, "+ \(offset + 1): \(element)")
        }
    }

    static func < (lhs: DifferenceRow, rhs: DifferenceRow) -> Bool {
        (lhs.line, lhs.isInsertion ? 1 : 0) < (rhs.line, rhs.isInsertion ? 1 : 0)
    }
}
