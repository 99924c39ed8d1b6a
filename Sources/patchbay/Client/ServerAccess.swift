import CommandBasics
import Fleet
import Foundation
import Trust

extension Home {
    /// Access as the administrator of this machine's own installation.
    func localAccess() throws -> ServerAccess {
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
