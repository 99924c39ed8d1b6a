public import Foundation

/// Where tests find things.
public enum Places {
    /// The folder that holds `Package.swift`.
    public static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folder of shared data: real feeds, version vectors, recorded tool output. It is read in
    /// place. Tests that need it carry `.requires(.sharedData)`.
    public static let sharedData: URL = {
        if let path = ProcessInfo.processInfo.environment["PATCHBAY_SHARED_DATA"], !path.isEmpty {
            return URL(filePath: path)
        }
        return packageRoot.deletingLastPathComponent().appending(path: "shared/data")
    }()

    /// The folder with the newest PostgreSQL server's programs (`initdb`, `postgres`); `nil` when
    /// none is installed.
    public static let postgreSQLPrograms: URL? = {
        let parent = URL(filePath: "/usr/lib/postgresql")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
        return
            versions
            .sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }
            .map { parent.appending(path: "\($0)/bin") }
            .first {
                FileManager.default.isExecutableFile(atPath: $0.appending(path: "initdb").path)
            }
    }()

    /// The Python with the browser driver, made by `scripts/setup --test`.
    public static let browserPython: URL = {
        if let path = ProcessInfo.processInfo.environment["PATCHBAY_TEST_PYTHON"], !path.isEmpty {
            return URL(filePath: path)
        }
        return packageRoot.appending(path: ".build/venv/bin/python")
    }()

    /// Debian's Chromium.
    public static let chromium = URL(filePath: "/usr/bin/chromium")
}
