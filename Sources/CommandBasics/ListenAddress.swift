import ArgumentParser

/// Where a server listens: an address and a port.
package struct ListenAddress: ExpressibleByArgument, Equatable {
    /// The address.
    package var address: String
    /// The port.
    package var port: Int

    /// The port that servers use unless told otherwise.
    package static let usualPort = 8443

    /// An address and a port.
    package init(address: String, port: Int) {
        self.address = address
        self.port = port
    }

    /// Reads `127.0.0.1:8443`, `[::1]:8443` or a port alone.
    package init?(argument: String) {
        if let port = Self.port(argument) {
            self.init(address: "0.0.0.0", port: port)
            return
        }
        guard let colon = argument.lastIndex(of: ":"),
            let port = Self.port(argument[argument.index(after: colon)...])
        else { return nil }
        var address = argument[..<colon]
        if address.hasPrefix("["), address.hasSuffix("]") {
            address = address.dropFirst().dropLast()
        }
        guard !address.isEmpty else { return nil }
        self.init(address: String(address), port: port)
    }

    /// As it is written in help texts.
    package var defaultValueDescription: String { "\(address):\(port)" }

    /// Whether it is reached from this machine only.
    package var isLocal: Bool {
        address.hasPrefix("127.") || address == "::1" || address == "localhost"
    }

    /// What of it may stand in a certificate; those of this machine alone stand there anyway.
    package var names: [String] { isLocal || ["0.0.0.0", "::"].contains(address) ? [] : [address] }

    private static func port(_ text: some StringProtocol) -> Int? {
        Int(text).flatMap { (0...65535).contains($0) ? $0 : nil }
    }
}
