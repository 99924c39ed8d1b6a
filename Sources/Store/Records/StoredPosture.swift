import Fleet

/// A posture as it is stored: its updates stand in a set that endpoints share, and how this
/// endpoint could undo each of them stands here, in the same order.
struct StoredPosture: Codable {
    /// The posture without its updates.
    var posture: Posture
    /// How each update could be undone; `nil` in what former releases have stored.
    var waysBack: [WayBack?]?

    private enum CodingKeys: String, CodingKey {
        case waysBack
    }

    init(_ whole: Posture) {
        posture = whole
        waysBack = whole.updates.map(\.wayBack)
        posture.updates = []
    }

    init(from decoder: any Decoder) throws {
        posture = try Posture(from: decoder)
        waysBack = try decoder.container(keyedBy: CodingKeys.self)
            .decodeIfPresent([WayBack?].self, forKey: .waysBack)
    }

    func encode(to encoder: any Encoder) throws {
        try posture.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(waysBack, forKey: .waysBack)
    }

    /// The posture with its updates.
    func with(_ updates: [Update]) -> Posture {
        var whole = posture
        whole.updates = updates
        guard let waysBack, waysBack.count == updates.count else { return whole }
        for (index, way) in waysBack.enumerated() { whole.updates[index].wayBack = way }
        return whole
    }
}
