/// Lines that a tool prints beside its answer and that say nothing about packages.
///
/// A line is left out only when it is known: everything else that cannot be read is shown.
struct KnownLines {
    let beginnings: [String]
    let endings: [String]
    let parts: [String]

    init(beginnings: [String] = [], endings: [String] = [], parts: [String] = []) {
        self.beginnings = beginnings
        self.endings = endings
        self.parts = parts
    }

    /// Whether the line, without blanks at its ends, is one of them.
    func contains(_ trimmed: String) -> Bool {
        trimmed.isEmpty || beginnings.contains(where: trimmed.hasPrefix)
            || endings.contains(where: trimmed.hasSuffix)
            || parts.contains(where: trimmed.contains)
    }
}
