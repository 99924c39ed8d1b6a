public import ArgumentParser
public import Logging

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// The option `--log-level`.
package struct LogOption: ParsableArguments {
    package init() {}

    @Option(
        help:
            "How much to write to standard error: trace, debug, info, notice, warning, error or critical."
    )
    package var logLevel: Logger.Level = .notice

    /// Writes to standard error.
    package var logger: Logger {
        var logger = Logger(label: "patchbay") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = logLevel
        return logger
    }
}
