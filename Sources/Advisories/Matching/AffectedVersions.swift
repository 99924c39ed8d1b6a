import Versions

extension AdvisoryIndex {
    /// Where a version lies in the runs of an entry.
    enum Position: Equatable {
        /// In no run.
        case outside
        /// In a run; the version that fixes it, -1 for none.
        case inside(fix: Int32)
        /// In no run, and at the end of one: the version that mended it.
        case atFix(Int32)
    }

    /// Where a version lies in the runs and the list of an entry.
    ///
    /// - Throws: when the version or a bound that it must be compared with cannot be read.
    func position(of version: String, in number: Int32) throws(VersionError) -> Position {
        let entry = entries[Int(number)]
        var position = Position.outside
        for place in spanPlaces(of: entry) {
            let span = spans[place]
            if span.introduced >= 0,
                try entry.order.compare(version, versions[span.introduced]) == .less
            {
                continue
            }
            guard span.end >= 0 else { return .inside(fix: -1) }
            switch (span.endKind, try entry.order.compare(version, versions[span.end])) {
            case (.fixed, .less): return .inside(fix: span.end)
            case (.fixed, .equal): position = .atFix(span.end)
            case (.lastAffected, .less), (.lastAffected, .equal), (.limit, .less):
                return .inside(fix: -1)
            default: continue
            }
        }
        if isListed(version, in: number, order: entry.order) {
            return .inside(fix: nextFix(after: version, entry))
        }
        return position
    }

    private func spanPlaces(of entry: Entry) -> Range<Int> {
        Int(entry.firstSpan)..<Int(entry.firstSpan) + Int(entry.spanCount)
    }

    private func isListed(_ version: String, in number: Int32, order: Ecosystem) -> Bool {
        guard let listed = explicitVersions[number] else { return false }
        return listed.contains {
            $0 == version || (try? order.compare($0, version)) == .equal
        }
    }

    /// The first fix after a version that the source lists as affected.
    private func nextFix(after version: String, _ entry: Entry) -> Int32 {
        var best: Int32 = -1
        for span in spans[spanPlaces(of: entry)] where span.endKind == .fixed && span.end >= 0 {
            let text = versions[span.end]
            guard (try? entry.order.compare(version, text)) == .less else { continue }
            if best < 0 || (try? entry.order.compare(text, versions[best])) == .less {
                best = span.end
            }
        }
        return best
    }
}
