import NIOCore
import NIOSSL

/// Whom the agent believes to be its server. There is no way to believe everyone.
public enum ServerTrust: Hashable, Sendable {
    /// Only a certificate that this identity certificate (DER) has issued.
    ///
    /// The names in the server's certificate are not compared with its address. That is safe here,
    /// and only here: the public web's authorities issue for everyone, so there the name is what
    /// tells the right server from any other; this authority is the server's own identity, which
    /// issues for that server alone, so its signature already names it. It lets the server move to
    /// another name or address without a new enrolment.
    case pinned(certificate: [UInt8])
    /// A certificate issued by an authority in this PEM file, for the name that is in the server's
    /// address: for a server behind a load balancer that has a certificate of its own.
    case authority(pemFile: String)

    /// How long the other side may take to answer the end of a TLS connection, in milliseconds; its
    /// messages tell their own length, so nothing is lost without the answer.
    static let farewellMilliseconds: Int64 = 200

    /// The TLS settings that follow.
    ///
    /// - Throws: `TransportFault` when the certificate cannot be read.
    func configuration() throws(TransportFault) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // A server that holds a request open reads nothing meanwhile, so it does not answer the
        // farewell either; the usual 5 s would be the agent's time to stop.
        configuration.shutdownTimeout = .milliseconds(Self.farewellMilliseconds)
        switch self {
        case .pinned(let certificate):
            do {
                configuration.trustRoots = .certificates([
                    try NIOSSLCertificate(bytes: certificate, format: .der)
                ])
            } catch {
                throw TransportFault(
                    code: "E_IDENTITY_CERTIFICATE",
                    message: "The server's identity certificate cannot be read.",
                    nextStep: "Enrol again with a new enrolment token.")
            }
            configuration.certificateVerification = .noHostnameVerification
        case .authority(let file):
            do {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            } catch {
                throw TransportFault(
                    code: "E_CA_FILE",
                    message: "The authority's file \(file) holds no certificate that can be read.",
                    nextStep: "Give the path of a PEM file.")
            }
            configuration.certificateVerification = .fullVerification
        }
        return configuration
    }
}

/// Something in the agent's settings that the client cannot work with.
public struct TransportFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable code such as `E_PROXY`.
    public let code: String
    /// What is wrong.
    public let message: String
    /// What to do about it.
    public let nextStep: String

    /// Code, cause and next step in one line.
    public var description: String { "\(message) \(nextStep) (\(code))" }
}
