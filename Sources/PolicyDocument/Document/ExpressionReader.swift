import Policy

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

    private func expression<Field: ExpressionField>(
        _ scalar: YAMLScalar
    ) -> PolicyExpression<Field>? {
        do {
            return try PolicyExpression<Field>(parsing: scalar.text)
        } catch {
            values.list.error(source.place(of: error.offset, in: scalar), Self.message(of: error))
            return nil
        }
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
