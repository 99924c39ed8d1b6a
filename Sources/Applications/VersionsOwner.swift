import Foundation
import SystemFiles

/// Which recipe a folder of versions belongs to. Two that share one would take each other's
/// versions away, as what no run needs any more.
enum VersionsOwner {
    private static func file(_ versions: String) -> String { "\(versions)/.patchbay-owner" }

    /// Refuses a folder that belongs to another recipe.
    static func check(_ versions: String, for recipe: String) throws(ApplicationFault) {
        guard let owner = Files.line(file(versions)), owner != recipe else { return }
        throw ApplicationFault(
            .refused,
            "\(versions) belongs to \(owner); give \(recipe) a folder of its own.")
    }

    /// Notes that a folder belongs to a recipe.
    static func note(_ versions: String, for recipe: String) throws(ApplicationFault) {
        do {
            try Data(recipe.utf8).write(to: URL(filePath: file(versions)), options: .atomic)
        } catch {
            throw ApplicationFault.ofDisk(error, "\(file(versions)) cannot be written")
        }
    }
}
