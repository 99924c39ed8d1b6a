#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The user whom this process runs as.
enum CurrentUser {
    static var number: UInt32 { geteuid() }
}
