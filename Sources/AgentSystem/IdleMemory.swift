#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What an agent that waits gives back to the machine: it is idle nearly all its life, and a small
/// endpoint's memory belongs to the endpoint.
public enum IdleMemory {
    /// How often it is looked whether the program rests, in seconds: often enough that memory is
    /// given back soon after each call to the server, and too seldom to cost anything.
    private static let lookSeconds: UInt32 = 3
    /// The most processor time between two looks at which a program counts as resting, in
    /// microseconds: one call to the server takes more.
    private static let restingMicroseconds = 1_000

    /// Starts a thread that gives memory back whenever the program has done something and rests
    /// again, for as long as the program runs.
    public static func giveBackWhileResting() {
        var thread = pthread_t()
        let started = pthread_create(
            &thread, nil,
            { _ in
                var (last, isDue) = (0, true)
                while true {
                    sleep(IdleMemory.lookSeconds)
                    let used = IdleMemory.processorMicroseconds()
                    let rests = used - last < IdleMemory.restingMicroseconds
                    if rests, isDue { IdleMemory.giveBack() }
                    isDue = !rests
                    last = used
                }
            }, nil)
        if started == 0 { pthread_detach(thread) }
    }

    /// How much processor time the program has used so far.
    private static func processorMicroseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int(time.tv_sec) * 1_000_000 + Int(time.tv_nsec) / 1_000
    }

    /// The most of the memory map that is read, in bytes: an agent has about 60 mappings of 100
    /// bytes.
    private static let longestMap = 256 * 1024

    /// Lets go of the pages of the program's code.
    ///
    /// Starting and scanning touch most of the code, and waiting next to none. The pages are the
    /// file's own and never written to, so letting go loses nothing (madvise(2), MADV_DONTNEED):
    /// what is called next is mapped again from the kernel's cache of the file.
    static func giveBack() {
        #if os(Linux)
            for range in codeRanges(of: memoryMap()) {
                guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else {
                    continue
                }
                madvise(start, range.count, MADV_DONTNEED)
            }
        #endif
    }

    /// The addresses of mappings of files that are executable and cannot be written to, from the
    /// text of /proc/self/maps (proc(5)).
    static func codeRanges(of map: String) -> [Range<Int>] {
        map.split(separator: "\n").compactMap { line in
            // A path may hold blanks; only that it is one matters.
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count >= 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else {
                return nil
            }
            let ends = fields[0].split(separator: "-")
            guard ends.count == 2, let start = Int(ends[0], radix: 16),
                let end = Int(ends[1], radix: 16), start < end
            else { return nil }
            return start..<end
        }
    }

    private static func memoryMap() -> String {
        let descriptor = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16 * 1024)
        while text.count < longestMap {
            let count = piece.withUnsafeMutableBufferPointer { LibC.read(descriptor, $0) }
            guard count > 0 else { break }
            text += piece[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
