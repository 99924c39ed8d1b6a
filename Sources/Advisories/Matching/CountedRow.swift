/// An installed package as it counts on an endpoint: the package, and whether what is installed is
/// what runs.
public struct CountedRow: Hashable, Sendable {
    /// What runs of a package.
    public enum Standing: Hashable, Sendable {
        /// What is installed, as far as is known.
        case current
        /// A process may still run the code of the version before.
        case mayRunOld
        /// The row itself runs; this one takes its place at the next restart. It is kept apart: few
        /// rows have it, and the others would be twice as large.
        indirect case until(SoftwareRow)
    }

    /// The package.
    public var row: SoftwareRow
    /// What runs of it.
    public var standing: Standing

    /// A package as it counts.
    public init(_ row: SoftwareRow, _ standing: Standing = .current) {
        self.row = row
        self.standing = standing
    }
}

extension EndpointSoftware {
    /// The rows that count: of several kernels the one that runs, of other packages all.
    public var counted: [CountedRow] {
        let kernels = KernelRule.roles(of: rows, running: runningKernel)
        return rows.enumerated().compactMap { place, row in
            switch kernels[place] {
            case .idle: return nil
            case .counts(let afterReboot?): return CountedRow(row, .until(afterReboot))
            case .counts(nil):
                if let old = KernelRule.running(runningKernel, insteadOf: row) {
                    return CountedRow(old, .until(row))
                }
            case nil: break
            }
            return CountedRow(row, replaced.mayRun(row.name) ? .mayRunOld : .current)
        }
    }
}

extension SoftwareRow {
    /// Whether it may be one of several kernels, of which only the running one counts: then it must
    /// be looked at together with the endpoint's other rows.
    public var isKernel: Bool { KernelRule.isKernel(self) }
}

extension FindingWriter {
    /// Adds the findings of a row as it counts, and returns what the index says of the row.
    mutating func add(
        _ counted: CountedRow, with matcher: inout RowMatcher, to findings: inout [Finding]
    ) -> RowAnswer {
        let answer = matcher.answer(for: counted.row)
        switch counted.standing {
        case .current: add(answer, of: counted.row, mayRunOld: false, to: &findings)
        case .mayRunOld: add(answer, of: counted.row, mayRunOld: true, to: &findings)
        case .until(let next):
            let mended = matcher.answer(for: next)
            add(answer, of: counted.row, afterRestart: mended, to: &findings)
        }
        return answer
    }
}
