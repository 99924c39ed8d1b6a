extension Unicode.Scalar {
    /// Whether it shows nothing itself and changes how what stands around it is shown: control
    /// characters, ends of lines and paragraphs, and the marks of direction, with which a text is
    /// shown in another order than it has (Unicode Standard Annex 9, section 2).
    public var isMisleading: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}

extension String {
    /// The text as people may be shown it: each misleading character gives way to `stand`, except
    /// those in `kept`. What feeds, scanners and endpoints write may hold any.
    public func withoutMisleading(
        _ stand: Unicode.Scalar, keeping kept: Set<Unicode.Scalar> = []
    ) -> String {
        let misleads = { (scalar: Unicode.Scalar) in
            scalar.isMisleading && !kept.contains(scalar)
        }
        // Nearly all texts are clean, and are not copied.
        guard unicodeScalars.contains(where: misleads) else { return self }
        var result = UnicodeScalarView()
        for scalar in unicodeScalars { result.append(misleads(scalar) ? stand : scalar) }
        return String(result)
    }
}
