#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The few changes of a file system that must be one step each.
enum FileMoves {
    /// What stands at a path, links not followed.
    enum Kind: Hashable {
        case nothing
        case link
        case folder
        case file
    }

    static func kind(_ path: String) -> Kind {
        var information = stat()
        guard lstat(path, &information) == 0 else { return .nothing }
        switch mode_t(information.st_mode) & S_IFMT {
        case S_IFLNK: return .link
        case S_IFDIR: return .folder
        default: return .file
        }
    }

    /// Puts a file, folder or link in the place of what is there, in one step.
    static func move(_ source: String, to target: String) throws(ApplicationFault) {
        guard rename(source, target) != 0 else { return }
        let number = errno
        let kind: ApplicationFault.Kind = number == ENOSPC ? .diskFull : .other
        let words =
            number == EXDEV
            ? "they lie on different file systems" : String(cString: strerror(number))
        throw ApplicationFault(kind, "\(source) cannot be moved to \(target): \(words).")
    }

    /// Puts a link in the place of what is at a path, which is a link or nothing.
    static func replaceLink(_ path: String, pointingTo target: String) throws(ApplicationFault) {
        let new = path + newEnding
        unlink(new)
        guard symlink(target, new) == 0 else {
            throw ApplicationFault(
                errno == ENOSPC ? .diskFull : .other,
                "\(new) cannot be made: \(String(cString: strerror(errno))).")
        }
        try move(new, to: path)
    }

    /// The ending of a link that is about to take the place of another.
    static let newEnding = ".patchbay-new"

    /// Removes a link or a file.
    static func remove(_ path: String) { unlink(path) }

    /// Has all that was written so far lie on the disk.
    static func settle() { sync() }

    /// Claims a folder for this process until it ends or gives it back; `nil` when another has it.
    static func claim(_ path: String) -> Int32? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return nil }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Gives it back. Unlocked first: a program that is being started elsewhere has a copy of the
    /// descriptor for a moment, and closing ours alone would leave the claim with it.
    static func release(_ descriptor: Int32) {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
