/// While the fleet is read: endpoints that have come by, for those after them that have the same
/// or nearly the same. What such an endpoint has is told from what differs, a few dozen of a
/// thousand numbers, and no row of the others is looked up.
///
/// All of it is forgotten when the fleet has been read.
struct Lookalikes: Sendable {
    /// An endpoint as it was when it was remembered.
    struct Seen: Sendable {
        let number: UInt32
        /// It is still what it was while this is its stamp.
        let stamp: Int
    }

    /// How an inventory differs from that of an endpoint that has come by; both rise.
    struct Difference: Sendable {
        let from: Seen
        let lost: [Int64]
        let gained: [Int64]
    }

    /// An endpoint whose software all has rows.
    private struct Model: Sendable {
        let seen: Seen
        let software: [Int64]
        let sketch: InventorySketch
    }

    /// One of each shape.
    private var shapes: [EndpointShape: Seen] = [:]
    /// By all that counts beside the software.
    private var models: [EndpointShape: [Model]] = [:]
    private var modelCount = 0
    /// What was found for endpoints that are about to be taken.
    private var noted: [EndpointShape: Difference] = [:]

    /// How many models of one footing there are; beyond, the oldest is forgotten. Their sketches
    /// are all compared, in a fraction of a microsecond.
    private static let mostAlike = 64
    /// How many models are kept, about 10 KB each, before all are forgotten.
    private static let mostModels = 1_024
    /// So many differences are no reason for another model, and one more for each so many numbers:
    /// an image's endpoints differ by their patch levels, images by their packages.
    private static let fewDifferences = 24
    private static let numbersPerDifference = 16

    /// The endpoint of this shape that came by last.
    func twin(of shape: EndpointShape) -> Seen? { shapes[shape] }

    /// Remembers an endpoint of this shape.
    mutating func remember(_ seen: Seen, as shape: EndpointShape) {
        if shapes.count >= EndpointShape.mostRemembered { shapes = [:] }
        shapes[shape] = seen
    }

    /// Remembers an endpoint whose software all has rows, for those that have nearly the same under
    /// the same footing.
    mutating func remember(_ seen: Seen, with software: [Int64], on footing: EndpointShape) {
        if modelCount >= Self.mostModels { (models, modelCount) = ([:], 0) }
        models[footing, default: []].append(
            Model(seen: seen, software: software, sketch: InventorySketch(software)))
        modelCount += 1
        guard let count = models[footing]?.count, count > Self.mostAlike else { return }
        models[footing]?.removeFirst()
        modelCount -= 1
    }

    /// Forgets an endpoint that is not what it was.
    mutating func forget(_ seen: Seen, on footing: EndpointShape) {
        let place = models[footing]?.firstIndex {
            $0.seen.number == seen.number && $0.seen.stamp == seen.stamp
        }
        guard let place else { return }
        models[footing]?.remove(at: place)
        modelCount -= 1
    }

    /// Notes how the software of an endpoint that is about to be taken differs from that of one with
    /// nearly the same under the same footing, and returns it; `nil` where none is remembered.
    mutating func note(
        _ shape: EndpointShape, with software: [Int64], on footing: EndpointShape
    ) -> Difference? {
        let found = difference(of: software, on: footing)
        noted[shape] = found
        return found
    }

    /// What was noted of a shape, once, or is found now.
    mutating func difference(
        of shape: EndpointShape, with software: [Int64], on footing: EndpointShape
    ) -> Difference? {
        noted.removeValue(forKey: shape) ?? difference(of: software, on: footing)
    }

    /// Forgets what was noted of endpoints that were not taken.
    mutating func forgetNotes() {
        if !noted.isEmpty { noted = [:] }
    }

    private func difference(of software: [Int64], on footing: EndpointShape) -> Difference? {
        guard let models = models[footing] else { return nil }
        let sketch = InventorySketch(software)
        var (nearest, distance) = (0, Int.max)
        for place in models.indices {
            let other = sketch.distance(to: models[place].sketch)
            if other < distance { (nearest, distance) = (place, other) }
        }
        return distance == .max ? nil : Self.difference(of: software, from: models[nearest])
    }

    /// What differs, or `nil` as soon as it is too much.
    private static func difference(of software: [Int64], from model: Model) -> Difference? {
        let most = fewDifferences + software.count / numbersPerDifference
        return software.withUnsafeBufferPointer { own in
            model.software.withUnsafeBufferPointer { other in
                withUnsafeTemporaryAllocation(of: Int64.self, capacity: most) { marks in
                    mark(own, other, marks).map { count in
                        let marks = marks[..<count]
                        return Difference(
                            from: model.seen, lost: marks.filter { $0 < 0 }.map { ~$0 },
                            gained: marks.filter { $0 >= 0 })
                    }
                }
            }
        }
    }

    /// Notes what only one of two has, in order: what the first has by its number, what the other
    /// has by the number's complement. Returns how many there are; `nil` when there is no room.
    private static func mark(
        _ own: UnsafeBufferPointer<Int64>, _ other: UnsafeBufferPointer<Int64>,
        _ marks: UnsafeMutableBufferPointer<Int64>
    ) -> Int? {
        var (next, place, count) = (0, 0, 0)
        while next < own.count, place < other.count {
            // Four at a time: most are the same in both.
            while next + 4 <= own.count, place + 4 <= other.count {
                let first = (own[next] ^ other[place]) | (own[next + 1] ^ other[place + 1])
                let last = (own[next + 2] ^ other[place + 2]) | (own[next + 3] ^ other[place + 3])
                if first | last != 0 { break }
                next += 4
                place += 4
            }
            guard next < own.count, place < other.count else { break }
            let (a, b) = (own[next], other[place])
            if a == b {
                next += 1
                place += 1
                continue
            }
            if count == marks.count { return nil }
            marks[count] = a < b ? a : ~b
            if a < b { next += 1 } else { place += 1 }
            count += 1
        }
        guard count + own.count - next + other.count - place <= marks.count else { return nil }
        for number in own[next...] {
            marks[count] = number
            count += 1
        }
        for number in other[place...] {
            marks[count] = ~number
            count += 1
        }
        return count
    }
}

/// Some bits of an inventory, of which most are the same in one that is nearly the same: one number
/// of sixteen sets one of 512.
struct InventorySketch: Sendable {
    private var bits = SIMD8<UInt64>()

    /// A number whose product begins with four bits that are zero counts; the next nine are its bit.
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    init(_ software: [Int64]) {
        for number in software {
            let product = UInt64(bitPattern: number) &* Self.factor
            guard product >> 60 == 0 else { continue }
            let bit = Int(product >> 51)
            bits[bit >> 6] |= 1 << UInt64(bit & 63)
        }
    }

    /// How many bits differ.
    func distance(to other: InventorySketch) -> Int {
        let differing = bits ^ other.bits
        var count = 0
        for place in differing.indices { count += differing[place].nonzeroBitCount }
        return count
    }
}
