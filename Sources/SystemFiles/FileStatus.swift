package import Fleet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Files {
    /// What stat(2) says of a file.
    package struct Status: Hashable, Sendable {
        package var isFolder: Bool
        package var isRegular: Bool
        /// Whether it is a character device, such as a terminal.
        package var isCharacterDevice: Bool
        /// The permission bits, as in `0o640`.
        package var permissions: UInt32
        /// The number of the user who owns it.
        package var owner: UInt32
        /// In bytes.
        package var size: Int64
        /// When its content changed last.
        package var modified: Timestamp
        /// When anything of it changed last, its name's owner or rights too: no program can set it.
        package var changed: Timestamp
        package var device: UInt64
        package var inode: UInt64
    }

    /// Why nothing is known of a file: errno(3).
    package struct StatusFailure: Error, Hashable, Sendable {
        package let number: Int32
    }
}

extension Files.Status {
    /// What is known of a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - followsLinks: whether it is the link's target, and not the link, that is meant.
    /// - Throws: errno(3), as when it does not exist.
    package init(of path: String, followsLinks: Bool = true) throws(Files.StatusFailure) {
        var information = stat()
        guard (followsLinks ? stat(path, &information) : lstat(path, &information)) == 0 else {
            throw Files.StatusFailure(number: errno)
        }
        self.init(information)
    }

    /// What is known of an open file.
    init?(descriptor: Int32) {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return nil }
        self.init(information)
    }

    private init(_ information: stat) {
        let mode = mode_t(information.st_mode)
        #if canImport(Darwin)
            let (content, inode) = (information.st_mtimespec, information.st_ctimespec)
        #else
            let (content, inode) = (information.st_mtim, information.st_ctim)
        #endif
        let instant = { (time: timespec) in
            Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        }
        self.init(
            isFolder: mode & S_IFMT == S_IFDIR, isRegular: mode & S_IFMT == S_IFREG,
            isCharacterDevice: mode & S_IFMT == S_IFCHR, permissions: UInt32(mode & 0o7777),
            owner: information.st_uid, size: Int64(information.st_size),
            modified: instant(content), changed: instant(inode),
            device: UInt64(information.st_dev), inode: UInt64(information.st_ino))
    }
}
