package import Versions

/// Versions as people write them when they say something of updates: one, or bounds of some.
package enum GivenVersions {
    /// The bounds that a text gives; `nil` for a single version, which is that text.
    ///
    /// - Throws: `Refusal` `E_VERSIONS`, as of bounds.
    package static func boundsOfSeveral(_ text: String) throws -> VersionBounds? {
        // Inside a version some of the signs have a meaning: Python's epochs end with one.
        let first = text.first { !$0.isWhitespace }
        let isSigned = first.map { "<>=!~^".contains($0) } ?? false
        return isSigned || text.contains(",") ? try bounds(text) : nil
    }

    /// The bounds that a text gives; a single version is the one that is within them.
    ///
    /// - Throws: `Refusal` `E_VERSIONS` for bounds that cannot be read, and for those that no
    ///   version can be within.
    package static func bounds(_ text: String) throws -> VersionBounds {
        let bounds: VersionBounds
        do throws(VersionBoundsError) {
            bounds = try VersionBounds(parsing: text)
        } catch {
            throw refusal(
                "The versions cannot be read at character \(error.offset + 1): \(error.clause).")
        }
        guard bounds.canHold else {
            let meant = bounds.turned.map { "; did you mean “\($0)”?" } ?? "."
            throw refusal("No version can be within “\(bounds)”\(meant)")
        }
        return bounds
    }

    private static func refusal(_ message: String) -> Refusal {
        Refusal(
            .malformed, "E_VERSIONS", message,
            nextStep: "Write a version, or bounds with commas between: >= 2.0, < 2.4.")
    }
}
