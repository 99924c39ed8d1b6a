import Trust

/// A file that pages refer to. Its address carries a hash of its content, so that a browser may
/// keep it for ever.
package struct Asset: Sendable {
    /// Its address.
    package let place: Place
    /// Its media type.
    package let type: String
    /// Its bytes.
    package let bytes: [UInt8]

    private init(_ name: String, _ ending: String, type: String, text: String) {
        bytes = Array(text.utf8)
        // 12 of 64 digits tell two versions of one file apart.
        place = Place("assets", "\(name).\(Digest.sha256Hex(bytes).prefix(12)).\(ending)")
        self.type = type
    }

    /// How everything looks.
    package static let stylesheet = Asset(
        "app", "css", type: "text/css; charset=utf-8", text: Stylesheet.text)
    /// What makes pages better where scripts run.
    package static let script = Asset(
        "app", "js", type: "text/javascript; charset=utf-8", text: Script.text)
    /// The sign of the product, for the browser's tab.
    package static let icon = Asset("icon", "svg", type: "image/svg+xml", text: iconText)

    package static let all = [stylesheet, script, icon]

    private static let iconText = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">\
        <rect width="16" height="16" rx="4" fill="#2b50c7"/>\
        <path d="M4.5 5h4.2a2.2 2.2 0 0 1 0 4.4H8M4.5 5v6.5M11.8 4.5v7" fill="none" stroke="#fff" \
        stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></svg>
        """
}
