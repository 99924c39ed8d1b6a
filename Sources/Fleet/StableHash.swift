/// A hash that is the same on every machine, in every process and for ever: who is in a ring must
/// not change when a server restarts or another one takes over.
///
/// FNV-1a over 64 bits, and then the finalising steps of SplitMix64, since the upper bits of FNV
/// alone are poorly mixed for short texts. It is no defence against people who choose their own
/// identifiers; identifiers are given out by the server.
package enum StableHash {
    /// The hash of some texts, in this order.
    package static func of(_ parts: String...) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for part in parts {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            // A byte that no UTF-8 text holds keeps “ab” and “c” from being “a” and “bc”.
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        return hash ^ hash >> 31
    }
}
