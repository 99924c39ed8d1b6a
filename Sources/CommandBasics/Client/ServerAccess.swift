import Foundation
import Trust

/// What it takes to talk to a server: its address, a token, and what its identity is checked
/// against.
package struct ServerAccess: Sendable {
    /// What the server's certificate must lead to.
    package enum Anchor: Sendable {
        /// The server's own identity certificate, DER. It signs for this one server only, so that
        /// the name in the certificate adds nothing.
        case identity([UInt8])
        /// The authorities in a file, PEM, with the name checked too: for a server behind a proxy
        /// with a certificate of its own.
        case authorities(path: String)
    }

    package var address: String
    package var token: String
    package var anchor: Anchor

    /// What it takes.
    package init(address: String, token: String, anchor: Anchor) {
        self.address = address
        self.token = token
        self.anchor = anchor
    }
}

/// The file of an API token: everything that a program on another machine needs.
package struct TokenFile: Codable {
    /// The server's address.
    package var server: String
    /// The token.
    package var token: String
    /// The server's identity certificate, DER in base64; the connection is refused when the server
    /// shows another.
    package var identity: String

    /// What stands in the file.
    package init(server: String, token: String, identity: String) {
        self.server = server
        self.token = token
        self.identity = identity
    }

    /// The largest file that is read, in bytes.
    package static let limit = 64 * 1024

    /// Reads a file.
    package static func read(_ path: String) throws -> TokenFile {
        guard let bytes = try PrivateFile.read(URL(filePath: path), limit: limit) else {
            throw Failure(
                .wrongUse, "There is no file \(path).", nextStep: "Name the token's file.",
                code: "E_FILE")
        }
        guard let file = try? JSONDecoder().decode(TokenFile.self, from: Data(bytes)) else {
            throw Failure(
                .wrongUse, "\(path) is not the file of an API token.",
                nextStep: "Make one with “patchbay token create --out FILE”.", code: "E_TOKEN_FILE")
        }
        return file
    }

    /// The access that the file gives.
    package func access(at address: String?, authorities: String?) throws -> ServerAccess {
        guard let der = Data(base64Encoded: identity) else {
            throw Failure(
                .wrongUse, "The identity in the token's file is damaged.",
                nextStep: "Copy the file again, whole.", code: "E_TOKEN_FILE")
        }
        return ServerAccess(
            address: address ?? server, token: token,
            anchor: authorities.map { .authorities(path: $0) } ?? .identity(Array(der)))
    }
}

extension Home {
    /// Access as the administrator of this machine's own installation.
    package func localAccess() throws -> ServerAccess {
        let keys = try KeyStore(home: self).load()
        guard let note = try ServerNote.read(self) else {
            throw Failure(
                .couldNot, "No server runs for the home folder \(folder.path).",
                nextStep:
                    "Start one with “patchbay serve”, or name a server with --server and --token-file.",
                code: "E_NO_SERVER")
        }
        return ServerAccess(
            address: note.address, token: keys.localAdministratorToken(at: SystemEffects.now()),
            anchor: .identity(keys.identityCertificate))
    }
}
