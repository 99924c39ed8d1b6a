import SystemFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How much the processors have had to do.
enum ProcessorLoad {
    /// The load of the last five minutes, in hundredths of a percent of what the processors can do;
    /// `nil` where the system does not tell.
    static func read() -> Int? {
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        return Files.line("/proc/loadavg").flatMap { load(in: $0, processors: processors) }
    }

    /// From `/proc/loadavg`: the averages of one, five and fifteen minutes come first. That of one
    /// minute would rise with the agent's own scan.
    static func load(in text: String, processors: Int) -> Int? {
        let words = text.split(separator: " ")
        guard words.count >= 3, let average = Double(words[1]), average.isFinite, average >= 0
        else { return nil }
        return Int(min(average / Double(processors) * 10_000, 1e9))
    }
}
