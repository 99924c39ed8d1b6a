#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension Files {
    /// What is free for others than root, and what there is, on the file system of a path; `nil`
    /// when it cannot be asked.
    package static func space(at path: String) -> (free: Int64, total: Int64)? {
        var information = statvfs()
        guard statvfs(path, &information) == 0, information.f_blocks > 0 else { return nil }
        let block = UInt64(information.f_frsize)
        return (
            Int64(
                clamping: UInt64(information.f_bavail).multipliedReportingOverflow(by: block)
                    .partialValue),
            Int64(
                clamping: UInt64(information.f_blocks).multipliedReportingOverflow(by: block)
                    .partialValue)
        )
    }
}
