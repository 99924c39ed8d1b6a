/// Finds one file in an archive as tar writes it (POSIX.1-1988 ustar, with GNU's long names).
package enum TarFile {
    private static let blockSize = 512
    /// Names are longer only in an archive that means harm.
    private static let longestName = 4096

    /// The content of the first plain file whose path satisfies a condition; `nil` when there is
    /// none, and when the archive is damaged before it.
    package static func content(of archive: [UInt8], where isWanted: (String) -> Bool) -> [UInt8]? {
        var place = 0
        var longName: String?
        while place + blockSize <= archive.count {
            let header = archive[place..<place + blockSize]
            guard let size = octal(header, at: 124, length: 12) else { return nil }
            let start = place + blockSize
            guard size <= archive.count - start else { return nil }
            let content = archive[start..<start + size]
            place = start + (size + blockSize - 1) / blockSize * blockSize
            switch header[header.startIndex + 156] {
            case UInt8(ascii: "L"):
                longName = size <= longestName ? text(content) : nil
            case UInt8(ascii: "0"), 0:
                let name = longName ?? self.name(in: header)
                longName = nil
                if !name.isEmpty, isWanted(name) { return Array(content) }
            default: longName = nil
            }
        }
        return nil
    }

    private static func name(in header: ArraySlice<UInt8>) -> String {
        let first = header.startIndex
        let name = text(header[first..<first + 100])
        let isUstar = header[(first + 257)..<(first + 262)].elementsEqual(Array("ustar".utf8))
        // GNU's own headers have other fields where ustar has a prefix.
        guard isUstar, header[first + 262] == 0 else { return name }
        let prefix = text(header[(first + 345)..<(first + 500)])
        return prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// An octal number; `nil` for one that is none, or larger than any archive that is read. Empty
    /// stands for 0.
    private static func octal(_ header: ArraySlice<UInt8>, at offset: Int, length: Int) -> Int? {
        var number = 0
        for byte in header[(header.startIndex + offset)...].prefix(length) {
            switch byte {
            case 0x30...0x37: number = number * 8 + Int(byte - 0x30)
            case 0x20, 0: continue
            default: return nil
            }
        }
        return number
    }
}
