public import ArgumentParser
import Logging

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// The option `--log-level`.
struct LogOption: ParsableArguments {
    @Option(
        help:
            "How much to write to standard error: trace, debug, info, notice, warning, error or critical."
    )
    var logLevel: Logger.Level = .notice

    /// Writes to standard error.
    var logger: Logger {
        var logger = Logger(label: "patchbay") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }
}
