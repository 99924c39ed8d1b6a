import Advisories

/// The rows of interned software on one release, by the store's numbers.
///
/// An endpoint's software is looked up a thousand numbers at a time, and the store gives numbers
/// that lie close together: they are places in pages, not keys of a dictionary.
struct InternedRows: Sendable {
    /// A row, and whether it must be looked at together with the endpoint's other kernels.
    struct Row: Sendable {
        let number: FleetIndex.SoftwareNumber
        let isKernel: Bool
    }

    private static let pageBits: Int64 = 10
    /// Beyond this number of pages, numbers are keys after all: a hostile or worn store could
    /// otherwise ask for any amount of memory.
    private static let mostPages: Int64 = 1 << 16

    /// Of a page, each piece of software's row: `none`, or the row's number, shifted by one bit that
    /// tells a kernel.
    private var pages: [[Int64]] = []
    private var rest: [Int64: Row] = [:]
    private static let none: Int64 = -1

    /// The row of a piece of software.
    subscript(software: Int64) -> Row? {
        get {
            let page = software >> Self.pageBits
            guard page >= 0, page < Self.mostPages else { return rest[software] }
            guard page < pages.count, !pages[Int(page)].isEmpty else { return nil }
            return Self.row(pages[Int(page)][Self.place(of: software)])
        }
        set {
            let page = software >> Self.pageBits
            guard page >= 0, page < Self.mostPages else { return rest[software] = newValue }
            while pages.count <= page { pages.append([]) }
            if pages[Int(page)].isEmpty {
                pages[Int(page)] = Array(repeating: Self.none, count: 1 << Self.pageBits)
            }
            pages[Int(page)][Self.place(of: software)] =
                newValue.map { Int64($0.number.place) << 1 | ($0.isKernel ? 1 : 0) } ?? Self.none
        }
    }

    /// Calls `body` with each piece of software and its row, if it has one. Numbers that follow
    /// each other mostly share a page, which is then found once.
    @inline(__always)
    func look(up software: [Int64], _ body: (Int64, Row?) -> Void) {
        software.withUnsafeBufferPointer { numbers in
            var next = 0
            while next < numbers.count {
                let page = numbers[next] >> Self.pageBits
                guard page >= 0, page < Self.mostPages else {
                    body(numbers[next], rest[numbers[next]])
                    next += 1
                    continue
                }
                guard page < pages.count, !pages[Int(page)].isEmpty else {
                    body(numbers[next], nil)
                    next += 1
                    continue
                }
                pages[Int(page)].withUnsafeBufferPointer { rows in
                    while next < numbers.count, numbers[next] >> Self.pageBits == page {
                        body(numbers[next], Self.row(rows[Self.place(of: numbers[next])]))
                        next += 1
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func row(_ held: Int64) -> Row? {
        held < 0
            ? nil
            : Row(
                number: FleetIndex.SoftwareNumber(place: Int32(truncatingIfNeeded: held >> 1)),
                isKernel: held & 1 == 1)
    }

    private static func place(of software: Int64) -> Int {
        Int(software & (1 << pageBits - 1))
    }
}
