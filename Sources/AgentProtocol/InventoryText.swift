public import Fleet

/// Reads inventories from their canonical text, which is also how they travel: see `Inventory.canonicalBytes`.
public enum InventoryText {
    /// A text that is not a canonical inventory.
    public struct Malformed: Error, Hashable, Sendable {
        /// The line, from 1.
        public let line: Int
        /// What is wrong with it.
        public let reason: String
    }

    /// The longest field that is read, in bytes: the longest version seen in real archives has about 100.
    public static let maximumField = 512

    /// Reads a canonical text. Lines must be in order, complete and without duplicates, so that a digest belongs to one text only.
    ///
    /// - Throws: `Malformed` with the first line that is wrong.
    public static func read(_ bytes: [UInt8]) throws(Malformed) -> Inventory {
        guard bytes.isEmpty || bytes.last == 0x0A else {
            throw Malformed(line: 1 + bytes.count { $0 == 0x0A }, reason: "the last line has no end")
        }
        var packages: [Package] = []
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let number = packages.count + 1
            guard number <= Inventory.maximumPackages else {
                throw Malformed(line: number, reason: "more than \(Inventory.maximumPackages) packages")
            }
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex
            let package = try package(in: bytes[start..<end], line: number)
            if let last = packages.last, last.key >= package.key {
                throw Malformed(line: number, reason: "out of order, or there twice")
            }
            packages.append(package)
            start = end + 1
        }
        return Inventory(sorted: packages)
    }

    private static func package(in line: ArraySlice<UInt8>, line number: Int) throws(Malformed) -> Package {
        let fields = line.split(separator: 0x09, omittingEmptySubsequences: false)
        guard fields.count == 6 else {
            throw Malformed(line: number, reason: "\(fields.count) fields instead of 6")
        }
        var texts: [String] = []
        texts.reserveCapacity(6)
        for field in fields {
            guard (1...maximumField).contains(field.count), field.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
                let text = String(validating: field, as: UTF8.self)
            else { throw Malformed(line: number, reason: "a field is empty, too long, or no plain text") }
            texts.append(text)
        }
        guard let manager = PackageManagerName(rawValue: texts[0]), PackageName(texts[1], of: manager) != nil
        else { throw Malformed(line: number, reason: "the package's name does not fit its manager's grammar") }
        return Package(
            manager: manager, name: texts[1], version: texts[3], architecture: texts[2], source: texts[4],
            sourceVersion: texts[5])
    }
}
