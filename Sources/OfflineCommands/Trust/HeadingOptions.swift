import ArgumentParser
import CommandBasics
import Fleet
import Foundation
import Trust

/// What the heading of a document is made of.
enum HeadingOptions {
    /// The longest life of a document, in days: ten years.
    private static let maximumDays = 3_660

    /// A heading that begins now.
    static func heading(name: String, version: Int, scope: String, validDays: Int) throws
        -> DocumentHeading
    {
        guard let scope = DocumentScope(scope), (1...maximumDays).contains(validDays) else {
            throw Failure(
                .wrongUse,
                "--scope is no tenant, or --valid-days is not 1 to \(maximumDays).",
                nextStep: "Give “all” or a tenant's identifier (tnt_…), and a number of days.",
                code: "E_SIGN_HEADING")
        }
        let now = SystemEffects.now().wholeSeconds
        return DocumentHeading(
            name: name, version: version, scope: scope, issuedAt: now,
            expiresAt: now.adding(seconds: Int64(validDays) * 86_400))
    }
}
