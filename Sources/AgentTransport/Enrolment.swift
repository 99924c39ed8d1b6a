public import AgentCore
import AgentProtocol
public import Fleet
public import Trust

/// Makes an endpoint of a device.
public enum Enrolment {
    /// Enrols with a token. The device's key is stored before the server hears of it, so that an
    /// answer that was lost can be asked for again with the same key, and gives the same endpoint.
    ///
    /// - Parameters:
    ///   - token: the enrolment token.
    ///   - servers: the addresses to enrol and work with.
    ///   - authorityFile: the PEM file of another authority that the server's certificate comes
    ///     from; `nil` for the server's identity.
    ///   - facts: the device's facts.
    ///   - state: the state folder, where key and identity are kept.
    ///   - client: a client that trusts the token's identity certificate.
    ///   - randomBytes: unpredictable bytes, for the key.
    /// - Returns: who the agent is now; it is stored.
    /// - Throws: `LinkFailure`, `StateFolderFailure` or `TrustError`.
    public static func enrol(
        _ token: EnrolmentTokenText, servers: [ServerAddress], authorityFile: String?,
        facts: EndpointFacts,
        state: some StateFolder, client: AgentClient, randomBytes: (Int) -> [UInt8]
    ) async throws -> AgentIdentity {
        let key: DeviceKey
        if let kept = try IdentityFiles.key(in: state) {
            key = kept
        } else {
            key = try DeviceKey(bytes: randomBytes(DeviceKey.byteCount))
            try IdentityFiles.store(key, in: state)
        }
        let answer = try await client.enrol(
            EnrolRequest(
                token: token.secret.revealed, publicKey: Base64Text.encode(key.publicKey),
                proof: try EnrolmentProof.make(secret: token.secret, key: key), facts: facts))
        let identity = AgentIdentity(
            endpoint: answer.endpoint, tenant: answer.tenant, serverURLs: servers.map(\.text),
            fingerprint: token.fingerprint,
            identityCertificate: Hex.encode(token.identityCertificate),
            authorityFile: authorityFile, rootFingerprint: token.rootFingerprint.map(Hex.encode))
        try IdentityFiles.store(identity, in: state)
        return identity
    }
}

extension AgentIdentity {
    /// The server's addresses as they were enrolled.
    ///
    /// - Throws: `TransportFault` when the identity file was changed into something else.
    public func servers() throws(TransportFault) -> [ServerAddress] {
        var servers: [ServerAddress] = []
        for text in serverURLs { servers.append(try ServerAddress(text)) }
        return servers
    }

    /// Whom the agent believes to be its server.
    public var trust: ServerTrust {
        authorityFile.map { .authority(pemFile: $0) }
            ?? .pinned(certificate: Hex.decode(identityCertificate) ?? [])
    }
}
