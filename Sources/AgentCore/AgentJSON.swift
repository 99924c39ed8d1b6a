#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// JSON as the agent writes it to its own files and on the wire: keys sorted, on one line.
public enum AgentJSON {
    /// A value's JSON; `nil` only for a number that JSON cannot hold.
    public static func encode(_ value: some Encodable) -> [UInt8]? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { [UInt8]($0) }
    }

    /// The value that a JSON text stands for; `nil` when the text is not of that shape.
    public static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: some Sequence<UInt8>
    ) -> Value? {
        try? JSONDecoder().decode(type, from: Data(bytes))
    }
}
