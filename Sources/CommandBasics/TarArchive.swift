package import Foundation
import Trust

/// Files in one file, in the format of tar (POSIX.1-1988 ustar), so that a backup can be looked
/// into with the usual tools.
package enum TarArchive {
    private static let block = 512
    /// How much is copied at a time, in bytes.
    private static let piece = 1024 * 1024
    /// The most files that are read out of an archive; ours have about ten.
    private static let mostFiles = 1000

    /// The archive's last file: the digests of those before it, as `sha256sum -c` reads them.
    package static let checksums = "SHA256SUMS"
    /// The largest such file, in bytes: 67 and a name for each file.
    private static let longestChecksums: UInt64 = 1024 * 1024

    /// Writes files, in this order, under these names, and then their digests.
    package static func write(_ files: [(name: String, file: URL)], to handle: FileHandle) throws {
        var sums = ""
        for (name, file) in files {
            let source = try FileHandle(forReadingFrom: file)
            defer { try? source.close() }
            let size = try source.seekToEnd()
            try source.seek(toOffset: 0)
            try handle.write(contentsOf: Data(header(name: name, size: size)))
            var digest = Digest.Running()
            var written: UInt64 = 0
            while let data = try source.read(upToCount: piece), !data.isEmpty {
                try handle.write(contentsOf: data)
                digest.add(data)
                written += UInt64(data.count)
            }
            guard written == size else {
                throw Failure(
                    .couldNot, "\(file.path) changed while it was copied.", nextStep: "Try again.",
                    code: "E_BACKUP")
            }
            try handle.write(contentsOf: Data(count: padding(size)))
            sums += "\(digest.hex)  \(name)\n"
        }
        let size = UInt64(sums.utf8.count)
        try handle.write(contentsOf: Data(header(name: checksums, size: size)))
        try handle.write(contentsOf: Data(sums.utf8) + Data(count: padding(size)))
        // Two blocks of zeros end an archive: one that was cut off can be told from a whole one.
        try handle.write(contentsOf: Data(count: 2 * block))
    }

    /// Writes the files of an archive into a folder, or only looks through it. `isWanted` decides
    /// by the name; nothing else is written. The content of each is what its digest says.
    ///
    /// - Parameters:
    ///   - handle: the archive.
    ///   - folder: where to write; `nil` to look whether the archive is whole.
    ///   - isWanted: whether a file of this name may be there.
    /// - Returns: the names of the files.
    /// - Throws: `Failure` when the archive is damaged, altered, cut off, or none.
    @discardableResult
    package static func extract(
        _ handle: FileHandle, into folder: URL?, isWanted: (String) -> Bool
    ) throws -> [String] {
        try handle.seek(toOffset: 0)
        var names: [String] = []
        var sums = ""
        while true {
            let head = Array(try read(handle, block))
            guard names.count < mostFiles, let (name, size) = entry(head) else { throw damaged }
            if name == checksums {
                guard size <= longestChecksums, try read(handle, Int(size)) == Data(sums.utf8)
                else { throw damaged }
                let end = Array(try read(handle, padding(size) + block))
                guard end.allSatisfy({ $0 == 0 }) else { throw damaged }
                return names
            }
            guard isWanted(name) else { throw damaged }
            let output = try folder.map { try file(name, in: $0) }
            defer { try? output?.close() }
            sums += "\(try copy(size, from: handle, to: output))  \(name)\n"
            _ = try read(handle, padding(size))
            names.append(name)
        }
    }

    private static func file(_ name: String, in folder: URL) throws -> FileHandle {
        let target = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try PrivateFile.write([], to: target)
        return try FileHandle(forWritingTo: target)
    }

    /// Copies so many bytes, or only reads them; returns their digest.
    private static func copy(
        _ size: UInt64, from source: FileHandle, to target: FileHandle?
    ) throws -> String {
        var digest = Digest.Running()
        var left = size
        while left > 0 {
            let data = try read(source, Int(min(UInt64(piece), left)))
            try target?.write(contentsOf: data)
            digest.add(data)
            left -= UInt64(data.count)
        }
        try target?.synchronize()
        return digest.hex
    }

    /// What is said of an archive that is none of ours.
    package static let damaged = Failure(
        .wrongUse, "The file is not a backup of Patchbay, or it was altered, damaged or cut off.",
        nextStep: "Use another backup; nothing has been changed.", code: "E_BACKUP_DAMAGED")

    private static func read(_ handle: FileHandle, _ count: Int) throws -> Data {
        if count == 0 { return Data() }
        var data = Data()
        while data.count < count {
            guard let more = try handle.read(upToCount: count - data.count), !more.isEmpty else {
                throw damaged
            }
            data.append(more)
        }
        return data
    }

    private static func padding(_ size: UInt64) -> Int {
        Int((UInt64(block) - size % UInt64(block)) % UInt64(block))
    }

    private static func header(name: String, size: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: block)
        func put(_ text: some Sequence<UInt8>, at place: Int) {
            for (offset, byte) in text.enumerated() { bytes[place + offset] = byte }
        }
        put(name.utf8.prefix(100), at: 0)
        put("0000600\u{0}0000000\u{0}0000000\u{0}".utf8, at: 100)
        put(number(size), at: 124)
        put("00000000000\u{0}".utf8, at: 136)
        put("        0".utf8, at: 148)
        put("ustar\u{0}00".utf8, at: 257)
        let sum = bytes.reduce(0) { $0 + Int($1) }
        let octal = String(sum, radix: 8)
        put((String(repeating: "0", count: 6 - octal.count) + octal + "\u{0} ").utf8, at: 148)
        return bytes
    }

    /// Eleven octal digits hold 8 GB; beyond, GNU's binary form (the first bit set).
    private static func number(_ size: UInt64) -> [UInt8] {
        if size < 1 << 33 {
            let octal = String(size, radix: 8)
            return Array((String(repeating: "0", count: 11 - octal.count) + octal).utf8) + [0]
        }
        return [0x80, 0, 0, 0]
            + (0..<8).map { UInt8(truncatingIfNeeded: size >> UInt64(56 - 8 * $0)) }
    }

    private static func entry(_ head: [UInt8]) -> (name: String, size: UInt64)? {
        var summed = head
        for place in 148..<156 { summed[place] = 0x20 }
        let sum = summed.reduce(0) { $0 + Int($1) }
        let stated = head[148..<156].prefix { $0 != 0 && $0 != 0x20 }
        guard Int(String(decoding: stated, as: UTF8.self), radix: 8) == sum,
            head[156] == UInt8(ascii: "0") || head[156] == 0,
            let name = String(validating: head[0..<100].prefix { $0 != 0 }, as: UTF8.self)
        else { return nil }
        if head[124] == 0x80 {
            return (name, head[128..<136].reduce(0) { $0 << 8 | UInt64($1) })
        }
        let digits = String(
            decoding: head[124..<135].prefix { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
        return UInt64(digits, radix: 8).map { (name, $0) }
    }
}
