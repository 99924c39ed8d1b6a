#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The C library's calls whose names are also methods of types here.
enum LibC {
    static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Darwin)
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    static func read(_ descriptor: Int32, _ bytes: UnsafeMutableBufferPointer<UInt8>) -> Int {
        #if canImport(Glibc)
            Glibc.read(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            Musl.read(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Darwin)
            Darwin.read(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    /// Whether the file has got its new name.
    static func rename(_ path: String, _ newPath: String) -> Bool {
        #if canImport(Glibc)
            Glibc.rename(path, newPath) == 0
        #elseif canImport(Musl)
            Musl.rename(path, newPath) == 0
        #elseif canImport(Darwin)
            Darwin.rename(path, newPath) == 0
        #endif
    }

    /// Seconds that pass evenly, whatever happens to the wall clock.
    static func monotonicSeconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec)
    }
}
