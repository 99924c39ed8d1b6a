import Administration
import ControlPlane
import Foundation
public import ServerRecords

/// Reads and writes the JSON of the wire, in one way everywhere.
public enum WireJSON {
    /// How deep arrays and objects may stand in one another; the deepest message has 6.
    static let deepestNesting = 16

    /// Writes a value, keys in order.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// Reads a value.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the field.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8])
        throws(Refusal) -> Value
    {
        guard isShallow(bytes) else {
            throw malformed("The JSON is nested more than \(deepestNesting) levels deep.")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw malformed(sentence(for: error))
        } catch {
            throw malformed("The body cannot be read.")
        }
    }

    /// The request makes no sense, for this reason.
    static func malformed(_ message: String) -> Refusal {
        Refusal(
            .malformed, "E_MALFORMED", message,
            nextStep: "Compare the request with /api/openapi.json.")
    }

    /// Whether no more than `deepestNesting` brackets are open at once. It runs before the parser,
    /// whose stack a hostile body must not reach.
    static func isShallow(_ bytes: [UInt8]) -> Bool {
        var depth = 0
        var inText = false
        var isEscaped = false
        for byte in bytes {
            if inText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth > deepestNesting { return false }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
        }
        return true
    }

    private static func sentence(for error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "The field \(name(context.codingPath + [key])) is missing."
        case .typeMismatch(_, let context):
            "The field \(name(context.codingPath)) has the wrong type."
        case .valueNotFound(_, let context): "The field \(name(context.codingPath)) is null."
        case .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "The body is not valid JSON."
                : "The field \(name(context.codingPath)) cannot be read: \(context.debugDescription)"
        @unknown default: "The body cannot be read."
        }
    }

    /// A field's place, such as `updates[3].name`. Keys come from our own types, never from the
    /// body.
    private static func name(_ path: [any CodingKey]) -> String {
        if path.isEmpty { return "at the top" }
        return path.reduce("") { text, key in
            if let index = key.intValue { return text + "[\(index)]" }
            return text.isEmpty ? key.stringValue : text + "." + key.stringValue
        }
    }
}
