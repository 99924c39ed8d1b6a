import Policy
import Versions

/// Reads expressions, and says where in the file a fault in one stands.
struct ExpressionReader {
    let values: ValueReader
    let source: SourceText

    /// A condition over endpoints.
    func group(_ scalar: YAMLScalar) -> GroupExpression? { expression(scalar) }

    /// A condition over endpoints that stands as a value.
    func group(_ value: YAMLValue, _ subject: String) -> GroupExpression? {
        values.text(value, subject, limit: ExpressionLimits.length).flatMap(expression)
    }

    /// A condition over updates that stands as a value.
    func update(_ value: YAMLValue, _ subject: String) -> UpdateExpression? {
        values.text(value, subject, limit: ExpressionLimits.length).flatMap(expression)
    }

    /// Bounds of versions, such as `>= 2.0, < 2.4`. Of some that nothing can be within it is said.
    func versions(_ value: YAMLValue, _ subject: String) -> VersionBounds? {
        guard let scalar = values.text(value, subject, limit: ExpressionLimits.length) else {
            return nil
        }
        do {
            let bounds = try VersionBounds(parsing: scalar.text)
            if !bounds.canHold {
                values.list.warning(
                    value.place,
                    "no version can be within “\(bounds)”"
                        + (bounds.turned.map { "; did you mean “\($0)”?" } ?? ""))
            }
            return bounds
        } catch {
            values.list.error(
                source.place(of: error.offset, in: scalar), "\(subject): \(error.clause)")
            return nil
        }
    }

    private func expression<Field: ExpressionField>(
        _ scalar: YAMLScalar
    ) -> PolicyExpression<Field>? {
        do {
            return try PolicyExpression<Field>(parsing: scalar.text)
        } catch {
            values.list.error(
                source.place(of: error.offset, in: scalar),
                Self.message(of: error) + Self.hint(for: error, in: scalar.text))
            return nil
        }
    }

    /// What people write who mean every endpoint or update.
    private static let everyone: Set<String> = [
        "*", "any", "anyone", "every", "everyone", "everything", "true", "yes",
    ]

    /// What other products call the fields.
    private static let otherNames = [
        "kb": "package", "name": "package", "product": "package", "app": "package",
        "vendor": "origin", "publisher": "origin", "repository": "origin", "repo": "origin",
        "exploited": "kev", "score": "cvss", "rating": "severity", "type": "class",
        "category": "class", "distribution": "os", "distro": "os", "platform": "os",
        "environment": "tag", "env": "tag", "client": "tenant", "customer": "tenant",
        "location": "site", "host": "hostname",
    ]

    /// What was probably meant, where no word that is spelt alike tells it.
    private static func hint(for error: ExpressionError, in text: String) -> String {
        guard error.suggestion == nil else { return "" }
        let words = text.lowercased().drop { $0 == " " }
        if everyone.contains(String(words.prefix { $0 != " " })) {
            return "; for every one write “all”"
        }
        guard error.code == .unknownField else { return "" }
        let scalars = Array(text.unicodeScalars)
        let end = min(error.offset + error.length, scalars.count)
        guard error.offset < end else { return "" }
        let name = String(String.UnicodeScalarView(scalars[error.offset..<end])).lowercased()
        return otherNames[name].map { "; what “\(name)” is elsewhere is “\($0)” here" } ?? ""
    }

    /// A fault as a clause, as messages of this module are, with what was meant.
    private static func message(of error: ExpressionError) -> String {
        var text = error.message
        if text.hasSuffix(".") { text.removeLast() }
        // “== is written =” has said it already.
        if let suggestion = error.suggestion, !text.contains("did you mean"),
            !text.contains("is written")
        {
            text += "; did you mean “\(suggestion)”?"
        }
        return text
    }
}
