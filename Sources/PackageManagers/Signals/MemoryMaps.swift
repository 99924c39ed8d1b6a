import ToolOutputs

/// Finds, in `/proc/PID/maps` (proc_pid_maps(5)), program files that were replaced while they were
/// in use.
enum MemoryMaps {
    /// Folders of programs and libraries. Outside them are shared memory (`/dev/shm`, `/memfd:`,
    /// `/SYSV…`), temporary files and caches, which programs delete on purpose.
    private static let programFolders = ["/usr/", "/lib", "/bin/", "/sbin/", "/opt/"]

    private static let mark = Array(" (deleted)".utf8)

    /// The replaced files that a process maps, sorted, each once, at most `limit`.
    static func replacedFiles(_ bytes: [UInt8], limit: Int) -> [String] {
        var files: Set<String> = []
        TextLines.each(bytes) { line in
            guard line.count > mark.count, line.suffix(mark.count).elementsEqual(mark),
                let file = file(line.dropLast(mark.count))
            else { return }
            files.insert(file)
        }
        return Array(files.sorted().prefix(limit))
    }

    /// `address permissions offset device inode   path`: the path begins with the first slash
    /// behind the fifth field.
    private static func file(_ line: ArraySlice<UInt8>) -> String? {
        guard let slash = line.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let path = String(decoding: line[slash...], as: UTF8.self)
        guard programFolders.contains(where: { path.hasPrefix($0) }) else { return nil }
        // Data that is mapped but not run (locale archives, caches of fonts and types) is read anew
        // when it is needed.
        let fields = line[..<slash].split(separator: TextLines.space)
        guard fields.count >= 2 else { return nil }
        let isRun = fields[1].contains(UInt8(ascii: "x"))
        return isRun || path.contains(".so") ? path : nil
    }
}
