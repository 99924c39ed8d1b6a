import Foundation
import TestSupport

/// What the package manager reads out of Package.swift.
struct Manifest {
    static let path = "Package.swift"

    /// One module that is shipped.
    struct Module {
        let name: String
        let arrows: Set<String>
        let thirdParty: Set<String>
    }

    /// The modules below `Sources`, system libraries included.
    let modules: [Module]

    /// Decodes the output of `swift package dump-package`.
    init(json: Data) throws {
        let dump = try JSONDecoder().decode(Dump.self, from: json)
        modules = dump.targets.filter { $0.path?.hasPrefix("Sources/") == true }.map { target in
            Module(
                name: target.name, arrows: Set(target.dependencies.compactMap(\.ownModule)),
                thirdParty: Set(target.dependencies.compactMap(\.productName)))
        }
    }

    /// Asks the package manager. A scratch folder of its own, since the package's is locked while
    /// tests are built or run.
    static func load(root: URL) async throws -> Manifest {
        try await withTemporaryFolder { folder in
            let result = try await run(
                [
                    "/usr/bin/env", "swift", "package", "--package-path", root.path,
                    "--scratch-path",
                    folder.path, "dump-package",
                ], timeout: .seconds(300))
            guard result.status == 0 else { throw ProgramFailure(result: result) }
            return try Manifest(json: Data(result.output.utf8))
        }
    }
}

/// The package manager could not read the manifest.
struct ProgramFailure: Error, CustomStringConvertible {
    let result: ProgramResult

    var description: String {
        "swift package dump-package ended with \(result.status): \(result.errorOutput)"
    }
}

private struct Dump: Decodable {
    let targets: [DumpedTarget]
}

private struct DumpedTarget: Decodable {
    let name: String
    let path: String?
    let dependencies: [DumpedDependency]
}

/// `{"byName": [name, condition]}`, `{"target": [...]}` or `{"product": [name, package, aliases,
/// condition]}`.
private struct DumpedDependency: Decodable {
    let ownModule: String?
    let productName: String?

    private enum Key: String, CodingKey {
        case byName, target, product
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func name(_ key: Key) throws -> String? {
            guard container.contains(key) else { return nil }
            var list = try container.nestedUnkeyedContainer(forKey: key)
            return try list.decode(String.self)
        }
        ownModule = try name(.byName) ?? name(.target)
        productName = try name(.product)
    }
}
