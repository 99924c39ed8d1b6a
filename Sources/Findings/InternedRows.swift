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

    private var pages: [[Row?]] = []
    private var rest: [Int64: Row] = [:]

    /// The row of a piece of software.
    subscript(software: Int64) -> Row? {
        get {
            let page = software >> Self.pageBits
            guard page >= 0, page < Self.mostPages else { return rest[software] }
            guard page < pages.count, !pages[Int(page)].isEmpty else { return nil }
            return pages[Int(page)][Self.place(of: software)]
        }
        set {
            let page = software >> Self.pageBits
            guard page >= 0, page < Self.mostPages else { return rest[software] = newValue }
            while pages.count <= page { pages.append([]) }
            if pages[Int(page)].isEmpty {
                pages[Int(page)] = Array(repeating: nil, count: 1 << Self.pageBits)
            }
            pages[Int(page)][Self.place(of: software)] = newValue
        }
    }

    /// Calls `body` with each piece of software and its row, if it has one. Numbers that follow
    /// each other mostly share a page, which is then found once.
    func look(up software: [Int64], _ body: (Int64, Row?) -> Void) {
        var (current, rows): (Int64, [Row?]) = (-1, [])
        for number in software {
            let page = number >> Self.pageBits
            guard page >= 0, page < Self.mostPages else {
                body(number, rest[number])
                continue
            }
            if page != current {
                rows = page < pages.count ? pages[Int(page)] : []
                current = page
            }
            body(number, rows.isEmpty ? nil : rows[Self.place(of: number)])
        }
    }

    private static func place(of software: Int64) -> Int {
        Int(software & (1 << pageBits - 1))
    }
}
