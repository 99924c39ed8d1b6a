#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads files and folders. What cannot be read is `nil`: the callers say what that means for them.
package enum Files {
    /// The largest file that is read whole, in bytes; the dpkg database of a very large system has
    /// 20 MiB.
    package static let largestFile = 256 * 1_048_576

    /// A file's bytes, at most `limit` of them; `nil` when it cannot be read. Files below `/proc`,
    /// whose size reads as zero, are read too.
    package static func bytes(_ path: String, limit: Int = largestFile) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard let status = Status(descriptor: descriptor), !status.isFolder else { return nil }
        var content: [UInt8] = []
        content.reserveCapacity(min(limit, max(Int(status.size) + 1, 4096)))
        while content.count < limit {
            let wanted = min(limit - content.count, 1 << 18)
            var hasFailed = false
            let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                let got = read(descriptor, buffer.baseAddress, wanted)
                hasFailed = got < 0
                count = max(0, got)
            }
            // A file that breaks off would else look like a whole, shorter one.
            if hasFailed { return nil }
            if piece.isEmpty { break }
            content += piece
        }
        return content
    }

    /// The last bytes of a file; empty when it cannot be read.
    package static func end(of path: String, bytes length: Int) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        guard let status = Status(descriptor: descriptor), status.isRegular,
            lseek(descriptor, off_t(max(0, status.size - Int64(length))), SEEK_SET) >= 0
        else { return [] }
        return [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            count = max(0, read(descriptor, buffer.baseAddress, length))
        }
    }

    /// A file's text without white space at its ends; `nil` when it cannot be read or is empty.
    package static func line(_ path: String, limit: Int = 65_536) -> String? {
        guard let content = bytes(path, limit: limit) else { return nil }
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let text = content.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    /// What is known of a file; symbolic links are followed. `nil` when nothing is known.
    package static func status(_ path: String) -> Status? { try? Status(of: path) }

    /// Whether something stands at a path.
    package static func exists(_ path: String) -> Bool { status(path) != nil }

    /// Whether this process may write a file that exists.
    package static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    /// The names in a folder, sorted, without `.` and `..`; empty when it cannot be read.
    package static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Where a symbolic link points to; `nil` when it is none.
    package static func link(_ path: String) -> String? {
        let longest = 4096
        let target = [UInt8](unsafeUninitializedCapacity: longest) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return 0 }
                return max(0, readlink(path, start, longest))
            }
        }
        return target.isEmpty ? nil : String(decoding: target, as: UTF8.self)
    }
}
