import Markup

/// Tells apart the formats that are XML, by the name of the document's element.
enum MarkupDetection {
    /// The format of a feed that begins so; `nil` for an unknown one.
    static func detect(_ prefix: ArraySlice<UInt8>) -> DetectedFormat? {
        var root: String?
        var reader = MarkupReader()
        // A cut or a fault behind the first tag does not matter here.
        try? reader.read(prefix) { event in
            if root == nil, case .start(let element) = event { root = String(element.localName) }
        }
        switch root {
        case "updates": return DetectedFormat(format: .updateinfo) { try UpdateInfo.read($0, $1) }
        case "oval_definitions":
            return DetectedFormat(format: .oval) { try OVALDefinitions.read($0, $1) }
        case "cvrfdoc":
            let isMicrosoft = contains("secure@microsoft.com", prefix)
            return isMicrosoft
                ? DetectedFormat(format: .msrc) { try MSRCMarkup.read($0, $1) }
                : DetectedFormat(format: .cvrf) { try CVRFDocument.read($0, $1) }
        default: return nil
        }
    }

    private static func contains(_ text: String, _ prefix: ArraySlice<UInt8>) -> Bool {
        // The publisher is named at the top.
        prefix.prefix(16 * 1024).firstRange(of: Array(text.utf8)) != nil
    }
}
