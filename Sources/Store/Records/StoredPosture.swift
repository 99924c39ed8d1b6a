import Fleet

/// A posture as it is stored: its updates stand in a set that endpoints share. How this endpoint
/// could undo each of them, and what its changelog names, stand here, in the same order.
struct StoredPosture: Codable {
    /// The posture without its updates.
    var posture: Posture
    /// How each update could be undone; `nil` in what former releases have stored.
    var waysBack: [WayBack?]?
    /// What each update's changelog names; `nil` in what former releases have stored.
    var changelogs: [[String]?]?
    /// How each update stands that is downloaded ahead; `nil` where none is.
    var prefetches: [Prefetch?]?

    private enum CodingKeys: String, CodingKey {
        case waysBack, changelogs, prefetches
    }

    init(_ whole: Posture) {
        posture = whole
        waysBack = whole.updates.map(\.wayBack)
        changelogs = whole.updates.map(\.changelogVulnerabilities)
        prefetches = whole.updates.map(\.prefetch)
        posture.updates = []
    }

    init(from decoder: any Decoder) throws {
        posture = try Posture(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        waysBack = try values.decodeIfPresent([WayBack?].self, forKey: .waysBack)
        changelogs = try values.decodeIfPresent([[String]?].self, forKey: .changelogs)
        prefetches = try values.decodeIfPresent([Prefetch?].self, forKey: .prefetches)
    }

    func encode(to encoder: any Encoder) throws {
        try posture.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(waysBack, forKey: .waysBack)
        if changelogs?.contains(where: { $0 != nil }) == true {
            try values.encode(changelogs, forKey: .changelogs)
        }
        if prefetches?.contains(where: { $0 != nil }) == true {
            try values.encode(prefetches, forKey: .prefetches)
        }
    }

    /// The posture with its updates.
    func with(_ updates: [Update]) -> Posture {
        var whole = posture
        whole.updates = updates
        if let waysBack, waysBack.count == updates.count {
            for (index, way) in waysBack.enumerated() { whole.updates[index].wayBack = way }
        }
        if let changelogs, changelogs.count == updates.count {
            for (index, names) in changelogs.enumerated() {
                whole.updates[index].changelogVulnerabilities = names
            }
        }
        if let prefetches, prefetches.count == updates.count {
            for (index, known) in prefetches.enumerated() { whole.updates[index].prefetch = known }
        }
        return whole
    }
}
