import AgentCore
import AgentSystem
import AgentTransport
import ArgumentParser
import Fleet
import Trust

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Makes an endpoint of this machine.
struct Enrol: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Enrol this machine with a token that the control plane has issued.",
        discussion: """
            The token holds the server's address and identity, so the first connection is already authenticated. It is a secret: it \
            is read from a file or from standard input, never from the command line.

            Example: patchbay-agent enrol --token-file /etc/patchbay.token
            """)

    @Option(
        help: ArgumentHelp(
            "The file that holds the token; - for standard input.", valueName: "file"))
    var tokenFile: String
    @Option(
        help: ArgumentHelp(
            "The server's address, when it differs from those in the token.", valueName: "url"))
    var server: String?
    @Option(
        help: ArgumentHelp(
            "A PEM file: trust certificates of this authority, for the server's name, instead of "
                + "the server's own identity.",
            valueName: "file"))
    var caFile: String?
    @OptionGroup var state: StateOption
    @OptionGroup var windows: PlayedWindows

    func validate() throws {
        guard let server else { return }
        do {
            _ = try ServerAddress(server)
        } catch {
            throw ValidationError(error.description)
        }
    }

    func run() async throws {
        do {
            try await enrol()
        } catch {
            throw ProgramFailure(error)
        }
    }

    private func enrol() async throws {
        let token: EnrolmentTokenText
        do {
            token = try EnrolmentTokenText(parsing: try TokenFile.read(tokenFile))
        } catch let error as TrustError {
            throw ProgramFailure(error.description, status: ProgramFailure.wrongUse)
        }
        let folder = try state.folder()
        if let (known, _) = try? IdentityFiles.load(from: folder) {
            throw ProgramFailure(
                "This machine is endpoint \(known.endpoint) already. To enrol it anew, remove "
                    + "\(folder.path)/\(IdentityFiles.identity) and \(IdentityFiles.deviceKey)."
            )
        }
        let servers = try addresses(token)
        guard let first = servers.first else { throw ProgramFailure("The token names no server.") }
        let trust =
            caFile.map { ServerTrust.authority(pemFile: $0) }
            ?? .pinned(certificate: token.identityCertificate)
        let client = try Self.asGiven {
            try AgentClient(
                servers: servers, trust: trust,
                proxy: try ProxySetting.from(Environment.all, for: first))
        }
        let identity: AgentIdentity
        do {
            let scanner = try windows.scanner(folder) ?? MachineTools.scanner(folder)
            let scan = try await scanner.scan(refreshingSources: false)
            identity = try await Enrolment.enrol(
                token, servers: servers, authorityFile: caFile, facts: scan.endpoint, state: folder,
                client: client, randomBytes: Machine.randomBytes)
        } catch {
            await client.close()
            throw error
        }
        await client.close()
        Output.write(
            "Enrolled as \(identity.endpoint) of \(identity.tenant). Start the agent: "
                + "patchbay-agent install-service"
        )
    }
}

extension Enrol {
    /// The server's addresses: the one given, or those in the token.
    private func addresses(_ token: EnrolmentTokenText) throws -> [ServerAddress] {
        try Self.asGiven {
            try (server.map { [$0] } ?? token.serverURLs).map { try ServerAddress($0) }
        }
    }

    /// What the settings given by the caller make; that they cannot be used is wrong use.
    private static func asGiven<Made>(_ make: () throws -> Made) throws -> Made {
        do {
            return try make()
        } catch let fault as TransportFault {
            throw ProgramFailure(fault.description, status: ProgramFailure.wrongUse)
        }
    }
}

/// The file of an enrolment token.
enum TokenFile {
    /// Reads a file, or standard input for `-`; at most as much as a token can be long.
    static func read(_ path: String) throws(ProgramFailure) -> String {
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ProgramFailure(
                "\(path) cannot be read: \(String(cString: strerror(errno))).",
                status: ProgramFailure.wrongUse)
        }
        defer { if descriptor > 0 { close(descriptor) } }
        let limit = EnrolmentTokenText.textLimit
        var content: [UInt8] = []
        while content.count <= limit {
            let piece = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                #if canImport(Glibc)
                    count = max(0, Glibc.read(descriptor, buffer.baseAddress, 4096))
                #elseif canImport(Musl)
                    count = max(0, Musl.read(descriptor, buffer.baseAddress, 4096))
                #else
                    count = max(0, Darwin.read(descriptor, buffer.baseAddress, 4096))
                #endif
            }
            if piece.isEmpty { break }
            content += piece
        }
        guard content.count <= limit, let text = String(validating: content, as: UTF8.self) else {
            throw ProgramFailure(
                "\(path == "-" ? "Standard input" : path) holds no enrolment token.",
                status: ProgramFailure.wrongUse)
        }
        return text
    }
}
