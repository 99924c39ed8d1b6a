#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ProcessTable {
    /// The kernel cuts a process's name here, in bytes (`TASK_COMM_LEN` less its end).
    private static let longestName = 15

    /// The names in a folder; none when it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let handle = opendir(folder) else { return [] }
        defer { closedir(handle) }
        var names: [String] = []
        while let item = readdir(handle) {
            names.append(
                withUnsafeBytes(of: item.pointee.d_name) { raw in
                    String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        return names
    }

    /// Whether a process runs whose program has this name.
    static func hasProcess(named name: String) -> Bool {
        names(in: "/proc").contains { number in
            guard let pid = Int32(number), let entry = entry(pid), !entry.isDead,
                let short = SmallFile.line("/proc/\(pid)/comm")
            else { return false }
            if short == name { return true }
            // A long name is cut there; the program's path has all of it.
            guard short.utf8.count == longestName, name.hasPrefix(short),
                let command = SmallFile.bytes("/proc/\(pid)/cmdline")
            else { return false }
            let path = String(decoding: command.prefix { $0 != 0 }, as: UTF8.self)
            return path.split(separator: "/").last.map { $0 == name } ?? false
        }
    }
}
