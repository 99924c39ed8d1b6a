package import Fleet
import SystemFiles
import ToolOutputs

/// The files that dpkg has installed for one package, to tell whose replaced file a process still
/// maps.
package struct PackageFiles {
    private let paths: Set<String>
    private let libraries: Set<String>

    /// Reads dpkg's list of the package's files; `nil` when there is none.
    package init?(root: String, package: PackageKey) {
        let folder = "\(root)/var/lib/dpkg/info"
        guard
            let bytes = Files.bytes("\(folder)/\(package.name):\(package.architecture).list")
                ?? Files.bytes("\(folder)/\(package.name).list")
        else { return nil }
        self.init(TextLines.strings(bytes))
    }

    package init(_ list: [String]) {
        paths = Set(list.map(Self.unified))
        libraries = Set(list.compactMap { Self.library(Self.unified($0)) })
    }

    /// Those that are the package's: by their path, or as another version of one of its libraries,
    /// since a replaced `libx.so.1.2` may be called `libx.so.1.3` now.
    package func own(among files: [String]) -> [String] {
        files.filter { file in
            let path = Self.unified(file)
            return paths.contains(path) || Self.library(path).map(libraries.contains) ?? false
        }
    }

    /// `/lib` and `/usr/lib` are one folder on a merged system, while dpkg's lists and the kernel's
    /// maps name either.
    private static func unified(_ path: String) -> String {
        for folder in ["/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/"]
        where path.hasPrefix(folder) { return "/usr" + path }
        return path
    }

    /// The path up to `.so.` and the first number, which names the library's interface; `nil` for
    /// other files.
    private static func library(_ path: String) -> String? {
        var parts = path.split(separator: ".", omittingEmptySubsequences: false)
        guard let so = parts.lastIndex(of: "so"), so + 1 < parts.count else { return nil }
        parts.removeSubrange((so + 2)...)
        return parts.joined(separator: ".")
    }
}
