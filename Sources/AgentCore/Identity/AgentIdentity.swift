public import Fleet
public import Trust

/// Who the agent is, and whom it trusts, as enrolment has settled it. The device key stands in a
/// file of its own.
public struct AgentIdentity: Hashable, Sendable, Codable {
    /// The endpoint's identifier.
    public var endpoint: EndpointID
    /// The tenant that it belongs to.
    public var tenant: TenantID
    /// The server's addresses, in the order in which to try them.
    public var serverURLs: [String]
    /// The fingerprint of the server's identity: what assertions are addressed to.
    public var fingerprint: String
    /// The server's identity certificate, DER in hexadecimal: the only one that its TLS certificate
    /// may be issued by.
    public var identityCertificate: String
    /// The PEM file of the authority that the server's certificate must come from instead; `nil`
    /// for the server's own identity.
    public var authorityFile: String?
    /// The fingerprint of the trust root that the enrolment token named; `nil` when it named none.
    public var rootFingerprint: String?

    /// An identity.
    public init(
        endpoint: EndpointID, tenant: TenantID, serverURLs: [String], fingerprint: String,
        identityCertificate: String, authorityFile: String? = nil, rootFingerprint: String? = nil
    ) {
        self.rootFingerprint = rootFingerprint
        self.endpoint = endpoint
        self.tenant = tenant
        self.serverURLs = serverURLs
        self.fingerprint = fingerprint
        self.identityCertificate = identityCertificate
        self.authorityFile = authorityFile
    }
}

/// Where the identity stands in the state folder.
public enum IdentityFiles {
    /// Who the agent is.
    public static let identity = "identity.json"
    /// The device's private key, 32 bytes.
    public static let deviceKey = "device.key"
    /// The largest identity file that is read, in bytes: ours have about 2 KB.
    static let sizeLimit = 64 * 1024

    /// Reads who the agent is.
    ///
    /// - Throws: `StateFolderFailure` `E_STATE_NOT_ENROLLED` when there is no identity,
    ///   `E_STATE_IDENTITY_DAMAGED` when it cannot be read.
    public static func load(
        from state: some StateFolder
    ) throws(StateFolderFailure) -> (AgentIdentity, DeviceKey) {
        guard let bytes = try state.read(identity, limit: sizeLimit) else {
            throw StateFolderFailure(
                code: "E_STATE_NOT_ENROLLED", message: "This endpoint is not enrolled.",
                nextStep: "Run patchbay-agent enrol with an enrolment token's file.")
        }
        guard let value = AgentJSON.decode(AgentIdentity.self, from: bytes) else {
            throw damaged(identity)
        }
        guard let key = try key(in: state) else { throw damaged(deviceKey) }
        return (value, key)
    }

    /// The device's key; `nil` when there is none yet.
    public static func key(in state: some StateFolder) throws(StateFolderFailure) -> DeviceKey? {
        guard let bytes = try state.read(deviceKey, limit: DeviceKey.byteCount) else { return nil }
        guard let key = try? DeviceKey(bytes: bytes) else { throw damaged(deviceKey) }
        return key
    }

    /// Keeps the device's key. It is on the disk before the server hears of it, so that a lost
    /// answer can be asked for again.
    public static func store(_ key: DeviceKey, in state: some StateFolder)
        throws(StateFolderFailure)
    {
        try state.replace(deviceKey, with: key.revealedBytes)
    }

    /// Keeps who the agent is.
    public static func store(
        _ value: AgentIdentity, in state: some StateFolder
    ) throws(StateFolderFailure) {
        guard let bytes = AgentJSON.encode(value) else { throw damaged(identity) }
        try state.replace(identity, with: bytes + [0x0A])
    }

    private static func damaged(_ file: String) -> StateFolderFailure {
        StateFolderFailure(
            code: "E_STATE_IDENTITY_DAMAGED",
            message: "The file \(file) of the state folder cannot be read.",
            nextStep:
                "Restore it from a backup, or remove the state folder's identity.json and "
                + "device.key and enrol again."
        )
    }
}
