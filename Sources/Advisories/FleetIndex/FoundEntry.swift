/// What is found in one row, whoever has it, with texts as numbers: a fleet holds some hundred
/// thousand of these.
struct FoundEntry: Hashable, Sendable {
    var vulnerability: Int32
    /// The version that mends it; -1 for none.
    var fix: Int32
    var advisory: Int32
    var source: Int32
    var reason: Int32
    var state: Finding.State
    var assessment: Assessment

    /// Feeds what tells most entries apart: to hash an assessment is much work, and two of one
    /// vulnerability mostly have the same one.
    func hash(into hasher: inout Hasher) {
        hasher.combine(vulnerability)
        hasher.combine(fix)
        hasher.combine(state)
    }
}

/// The texts that `FoundEntry` names by number. They stay the same when the index changes.
struct FoundTexts: Sendable {
    var vulnerabilities = TextTable()
    var fixes = TextTable()
    /// Advisories, their sources and reasons.
    var words = TextTable()

    mutating func entry(_ finding: Finding) -> FoundEntry {
        FoundEntry(
            vulnerability: vulnerabilities.number(of: finding.vulnerability),
            fix: finding.fixedIn.map { fixes.number(of: $0) } ?? -1,
            advisory: words.number(of: finding.advisory),
            source: words.number(of: finding.source),
            reason: words.number(of: finding.reason), state: finding.state,
            assessment: finding.assessment)
    }

    func finding(_ entry: FoundEntry, in row: SoftwareRow) -> Finding {
        Finding(
            vulnerability: vulnerabilities[entry.vulnerability], advisory: words[entry.advisory],
            source: words[entry.source], package: row.name, architecture: row.architecture,
            installed: row.version, fixedIn: entry.fix >= 0 ? fixes[entry.fix] : nil,
            state: entry.state, assessment: entry.assessment, reason: words[entry.reason])
    }
}
