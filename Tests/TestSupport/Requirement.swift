import Foundation
public import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Something that a test needs and that not every machine has.
public struct Requirement: Sendable {
    /// Why the need is not met, as a clause such as "not run as root"; `nil` when it is met.
    public let missing: @Sendable () -> String?
    /// Whether the project's own files can install it. What they cannot (a folder that comes from
    /// elsewhere) may be missing under CI too: the test is then named as skipped.
    public let isInstallable: Bool

    /// A need, given as the function that says why it is not met.
    public init(isInstallable: Bool = true, missing: @escaping @Sendable () -> String?) {
        self.isInstallable = isInstallable
        self.missing = missing
    }
}

extension Requirement {
    /// The test runs as root.
    public static let root = Requirement { geteuid() == 0 ? nil : "not run as root" }

    /// Network namespaces can be made.
    public static let networkNamespaces = Requirement {
        if let reason = root.missing() { return reason }
        if let reason = tool("/usr/sbin/ip", package: "iproute2").missing() { return reason }
        return FileManager.default.fileExists(atPath: "/proc/self/ns/net")
            ? nil : "the kernel has no network namespaces"
    }

    /// A PostgreSQL server's programs are installed; `Places.postgreSQLPrograms` then names their
    /// folder.
    public static let postgreSQL = Requirement {
        Places.postgreSQLPrograms == nil
            ? "no PostgreSQL server is installed (apt-get install postgresql)" : nil
    }

    /// Chromium and the Python that drives it are installed.
    public static let browser = Requirement {
        if let reason = tool(Places.chromium.path, package: "chromium").missing() { return reason }
        return FileManager.default.isExecutableFile(atPath: Places.browserPython.path)
            ? nil : "the browser driver is not installed (scripts/setup --test)"
    }

    /// The folder of shared data is there (`Places.sharedData`).
    public static let sharedData = Requirement(isInstallable: false) {
        FileManager.default.fileExists(atPath: Places.sharedData.appending(path: "INDEX.md").path)
            ? nil : "the shared data is not there (set PATCHBAY_SHARED_DATA to its folder)"
    }

    /// A program is installed. `path` is absolute; `package` is the Debian package that brings it.
    public static func tool(_ path: String, package: String) -> Requirement {
        Requirement {
            FileManager.default.isExecutableFile(atPath: path)
                ? nil : "\(path) is not installed (apt-get install \(package))"
        }
    }
}

/// Skips a test whose needs are not met, and says so in one line of the output, `skipped: <test>:
/// <reason>`. With `CI=true` in the environment the test fails instead: where everything can be
/// installed, nothing may go untested in silence.
public struct RequirementTrait: TestTrait, SuiteTrait {
    let requirements: [Requirement]
    let isContinuousIntegration: Bool

    /// Carried by a suite, it holds for each of its tests.
    public var isRecursive: Bool { true }

    /// Called before the test by the testing library.
    public func prepare(for test: Test) async throws {
        guard !test.isSuite else { return }
        let unmet = requirements.lazy.compactMap { need in need.missing().map { (need, $0) } }
        guard let (need, reason) = unmet.first else { return }
        let name = test.displayName ?? test.name
        if isContinuousIntegration, need.isInstallable {
            throw UnmetRequirement(test: name, reason: reason)
        }
        announce("skipped: \(name): \(reason)")
        try await ConditionTrait.disabled(Comment(rawValue: reason)).prepare(for: test)
    }

    /// One write for the whole line, so that lines of tests that run at once do not mix.
    private func announce(_ line: String) {
        FileHandle.standardOutput.write(Data("\(line)\n".utf8))
    }
}

/// A need that is not met where a skipped test counts as a failed one.
struct UnmetRequirement: Error, CustomStringConvertible {
    let test: String
    let reason: String

    var description: String { "\(test) cannot run: \(reason). With CI=true that is a failure." }
}

extension Trait where Self == RequirementTrait {
    /// Runs the test only where all of these needs are met; see `RequirementTrait`.
    public static func requires(_ requirements: Requirement...) -> Self {
        let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] == "true"
        return RequirementTrait(
            requirements: requirements, isContinuousIntegration: isContinuousIntegration)
    }
}
