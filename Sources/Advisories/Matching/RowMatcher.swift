import Fleet
import Versions

/// Matches software rows with the index.
///
/// Every entry for the row's names in the platform's scopes gives one word on each of its
/// vulnerabilities; of several words on one vulnerability, the publisher nearest to the package
/// decides (`AdvisorySource.Authority`), and of equals the one that says "affected".
struct RowMatcher {
    let index: AdvisoryIndex
    let scopes: [AdvisoryIndex.HeldScope]
    private var opinions: [Int32: Opinion] = [:]

    init(index: AdvisoryIndex, scopes: [AdvisoryIndex.HeldScope]) {
        self.index = index
        self.scopes = scopes
    }

    /// What the index says of a row.
    mutating func answer(for row: SoftwareRow) -> RowAnswer {
        opinions.removeAll(keepingCapacity: true)
        var answer = RowAnswer()
        if let ecosystem = row.ecosystem {
            let scope = PackageScope.ecosystem(ecosystem)
            if let number = index.scopes[scope] {
                let name = PackageNaming.canonical(row.name, in: scope)
                let held = AdvisoryIndex.HeldScope(number: number)
                hear(name, row.version, .binary, of: row, in: held, &answer)
                if let product = row.product?.product {
                    let version = ProductIdentity.productVersion(row.version, in: ecosystem)
                    hear(product, version, .source, of: row, in: held, &answer)
                }
            }
        } else {
            let counted = row.counted
            for scope in scopes {
                hear(row.name, row.version, .binary, of: row, in: scope, &answer)
                hear(row.source, row.sourceVersion, .source, of: row, in: scope, &answer)
                if counted.source != row.source {
                    hear(counted.source, counted.version, .source, of: row, in: scope, &answer)
                }
            }
        }
        collect(into: &answer)
        return answer
    }

    /// Hears all entries of one name that count as asked.
    private mutating func hear(
        _ name: String, _ version: String, _ counting: AffectedPackage.Counting,
        of row: SoftwareRow, in scope: AdvisoryIndex.HeldScope, _ answer: inout RowAnswer
    ) {
        guard var number = index.firstEntry(scope: scope.number, name: name) else { return }
        let isReceived = scope.channel.map { Self.receives($0, version) } ?? true
        while number >= 0 {
            let entry = index.entries[Int(number)]
            if entry.counting == counting, applies(entry, to: row) {
                do {
                    if var word = try word(of: number, on: version),
                        word.fix >= 0 || isOfSameKind(entry, row)
                    {
                        word.isReceived = isReceived
                        word.isOfChannel = scope.isOfChannel
                        for vulnerability in index.vulnerabilities(of: entry) {
                            index.hear(word, &opinions[vulnerability])
                        }
                    }
                } catch {
                    answer.isUnreadable = true
                }
            }
            number = entry.next
        }
    }

    /// What an entry says of a version; `nil` when it says nothing.
    private func word(of number: Int32, on version: String) throws(VersionError) -> Word? {
        let entry = index.entries[Int(number)]
        var word = Word(
            answer: .notAffected, authority: index.notices[Int(entry.notice)].source.authority,
            fix: -1, entry: number, isReceived: true, isDeclined: entry.status == .willNotFix)
        switch entry.status {
        case .undetermined: word.answer = .undetermined
        case .notAffected where entry.spanCount == 0 && index.explicitVersions[number] == nil: break
        case .notAffected:
            guard case .inside = try index.position(of: version, in: number) else { return nil }
        case .affected, .willNotFix:
            switch try index.position(of: version, in: number) {
            case .inside(let fix): (word.answer, word.fix) = (.affected, fix)
            case .atFix(let fix): (word.answer, word.fix) = (.justFixed, fix)
            case .outside: break
            }
            // A package of a module never takes the place of one that is in none, nor the other way
            // round: what is fixed in one says nothing of the other.
            if entry.order == .rpm, word.fix >= 0,
                ModuleMark.isIn(index.versions[word.fix]) != ModuleMark.isIn(version)
            {
                return nil
            }
        }
        return word
    }

    /// Whether a word without a fix may be about the row, as far as modules go: where no label
    /// tells, the version tells whether the package is from any.
    private func isOfSameKind(_ entry: AdvisoryIndex.Entry, _ row: SoftwareRow) -> Bool {
        guard entry.restriction >= 0, row.order == .rpm, row.module == nil else { return true }
        return index.restrictions[Int(entry.restriction)].module == nil
            || ModuleMark.isIn(row.version)
    }

    /// Whether the entry's architectures and module let it speak of the row. What is not known of
    /// the row excludes nothing.
    private func applies(_ entry: AdvisoryIndex.Entry, to row: SoftwareRow) -> Bool {
        guard entry.restriction >= 0 else { return true }
        let restriction = index.restrictions[Int(entry.restriction)]
        if !restriction.architectures.isEmpty, !row.architecture.isEmpty,
            !restriction.architectures.contains(row.architecture)
        {
            return false
        }
        if let module = restriction.module, let own = row.module { return module == own }
        return true
    }

    /// Whether an installed version shows that the endpoint receives a channel: versions of Ubuntu
    /// Pro have `esm` or `fips` in them.
    private static func receives(_ channel: String, _ version: String) -> Bool {
        let version = version.lowercased()
        if channel.hasPrefix("esm") { return version.contains("esm") }
        return channel.hasPrefix("fips") && version.contains("fips")
    }

    private func collect(into answer: inout RowAnswer) {
        answer.matches.reserveCapacity(opinions.count)
        for (vulnerability, opinion) in opinions where !index.rejected.contains(vulnerability) {
            let word = opinion.deciding
            let verdict: RowMatch.Verdict
            switch word.answer {
            case .notAffected: continue
            case .undetermined:
                answer.undetermined += 1
                continue
            case .justFixed: verdict = .justFixed(fix: word.fix)
            case .affected where !word.isReceived && word.fix >= 0:
                verdict = .affectedFixElsewhere
            case .affected:
                verdict = .affected(
                    fix: word.fix >= 0 ? word.fix : opinion.announcement?.fix ?? -1)
            }
            answer.matches.append(
                .init(
                    vulnerability: vulnerability, verdict: verdict, entry: word.entry,
                    announcement: opinion.announcement?.entry, isDeclined: word.isDeclined))
        }
    }
}
