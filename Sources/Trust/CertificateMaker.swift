import Crypto
import Fleet
import SwiftASN1
import X509

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Makes the server's two certificates (RFC 5280).
enum CertificateMaker {
    /// The identity outlives the installation; what ends it is a decision, not a date: 30 years.
    static let identityLifetimeSeconds: Int64 = 30 * 365 * 86_400
    /// The longest that clients accept of a TLS certificate: 398 days.
    static let leafLifetimeSeconds: Int64 = 398 * 86_400
    /// A leaf certificate with less time than this left is renewed: 30 days, so that a server that
    /// is started monthly never lets it end.
    static let renewalMarginSeconds: Int64 = 30 * 86_400
    /// How long before "now" certificates begin, for endpoints whose clocks are behind: one day.
    static let backdatingSeconds: Int64 = 86_400
    /// How many bytes a serial number has: at most 20 are allowed, 16 cannot be guessed.
    static let serialByteCount = 16

    /// A P-256 key of unpredictable bytes.
    static func key(_ entropy: (Int) -> [UInt8]) throws(TrustError) -> P256.Signing.PrivateKey {
        // About one in 2^32 byte strings is no scalar of the curve.
        for _ in 0..<8 {
            if let key = try? P256.Signing.PrivateKey(rawRepresentation: entropy(32)) { return key }
        }
        throw .certificate("The source of random bytes gives bytes that are no key.")
    }

    /// The self-signed certificate of a server's identity, which may sign leaf certificates and
    /// nothing below them.
    static func identity(
        of key: P256.Signing.PrivateKey, at now: Timestamp, entropy: (Int) -> [UInt8]
    ) throws(TrustError) -> Certificate {
        // Two servers' identities must not share a name, or a client that trusts both would mix
        // them up.
        let mark = Hex.encode(
            Array(Digest.sha256(Array(key.publicKey.x963Representation)).prefix(4)))
        do {
            let name = try DistinguishedName { CommonName("Patchbay server \(mark)") }
            let publicKey = Certificate.PublicKey(key.publicKey)
            let extensions = try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: publicKey)
            }
            return try Certificate(
                version: .v3, serialNumber: serial(entropy(serialByteCount)), publicKey: publicKey,
                notValidBefore: date(now.adding(seconds: -backdatingSeconds)),
                notValidAfter: date(now.adding(seconds: identityLifetimeSeconds)), issuer: name,
                subject: name, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
                issuerPrivateKey: Certificate.PrivateKey(key))
        } catch {
            throw .certificate("The identity certificate could not be made.")
        }
    }

    /// The certificate that TLS shows.
    static func leaf(
        of key: P256.Signing.PrivateKey, names: CertificateNames, issuer: Certificate,
        issuerKey: P256.Signing.PrivateKey, at now: Timestamp, serial bytes: [UInt8]
    ) throws(TrustError) -> Certificate {
        do {
            let publicKey = Certificate.PublicKey(key.publicKey)
            let subject = try DistinguishedName { CommonName("Patchbay") }
            let extensions = try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectKeyIdentifier(hash: publicKey)
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: issuer.publicKey).keyIdentifier)
                SubjectAlternativeNames(names.generalNames)
            }
            let start = now.adding(seconds: -backdatingSeconds)
            return try Certificate(
                version: .v3, serialNumber: serial(bytes), publicKey: publicKey,
                notValidBefore: date(start),
                notValidAfter: date(start.adding(seconds: leafLifetimeSeconds)),
                issuer: issuer.subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
                extensions: extensions, issuerPrivateKey: Certificate.PrivateKey(issuerKey))
        } catch {
            throw .certificate("The TLS certificate could not be made.")
        }
    }

    /// A date of X.509, which knows whole seconds only.
    static func date(_ instant: Timestamp) -> Date {
        Date(timeIntervalSince1970: Double(instant.wholeSeconds.milliseconds / 1000))
    }

    /// The instant of a date.
    static func timestamp(_ date: Date) -> Timestamp {
        Timestamp(seconds: Int64(date.timeIntervalSince1970))
    }

    /// A serial number must be positive, and its length must not give its bytes away.
    private static func serial(_ bytes: [UInt8]) -> Certificate.SerialNumber {
        Certificate.SerialNumber(bytes: [(bytes.first ?? 0) & 0x7F | 0x40] + bytes.dropFirst())
    }
}

/// The names and addresses of a TLS certificate, each once, sorted.
struct CertificateNames: Equatable {
    /// The most names of one certificate.
    static let countLimit = 100
    /// The longest DNS name, in bytes (RFC 1035, section 2.3.4).
    static let nameLimit = 253
    /// What every certificate has: the server can always be reached from its own machine.
    static let always = ["localhost", "127.0.0.1", "::1"]

    private let names: Set<String>
    private let addresses: Set<[UInt8]>

    /// The names and addresses, and those that every certificate has.
    ///
    /// - Throws: `TrustError` `E_TLS_NAME` for a text that is neither.
    init(_ texts: [String]) throws(TrustError) {
        guard texts.count <= Self.countLimit else {
            throw .badName("There are \(texts.count) names.")
        }
        var names: Set<String> = []
        var addresses: Set<[UInt8]> = []
        for text in texts + Self.always {
            if let address = IPAddress(text) {
                addresses.insert(address.bytes)
            } else if Self.isName(text) {
                names.insert(text.lowercased())
            } else {
                throw .badName("\"\(text.prefix(80))\" is neither a DNS name nor an IP address.")
            }
        }
        self.names = names
        self.addresses = addresses
    }

    /// The names that a certificate has.
    init(of certificate: Certificate) {
        var names: Set<String> = []
        var addresses: Set<[UInt8]> = []
        for name in (try? certificate.extensions.subjectAlternativeNames)
            ?? SubjectAlternativeNames()
        {
            switch name {
            case .dnsName(let text): names.insert(text)
            case .ipAddress(let bytes): addresses.insert(Array(bytes.bytes))
            default: break
            }
        }
        self.names = names
        self.addresses = addresses
    }

    var generalNames: [GeneralName] {
        names.sorted().map(GeneralName.dnsName)
            + addresses.sorted { $0.lexicographicallyPrecedes($1) }
            .map { .ipAddress(ASN1OctetString(contentBytes: $0[...])) }
    }

    /// For people: names, then addresses.
    var texts: [String] {
        names.sorted() + addresses.sorted { $0.lexicographicallyPrecedes($1) }.map(Self.text)
    }

    private static func text(_ address: [UInt8]) -> String {
        if address.count == 4 { return address.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: address.count - 1, by: 2).map {
            String(UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]), radix: 16)
        }
        return groups.joined(separator: ":")
    }

    private static func isName(_ text: String) -> Bool {
        guard (1...nameLimit).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            let isClean = label.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
            return isClean && (1...63).contains(label.utf8.count)
                && label.first != "-" && label.last != "-"
        }
    }
}

extension TrustError {
    fileprivate static func badName(_ what: String) -> TrustError {
        TrustError(
            "E_TLS_NAME", "The server's certificate cannot be made. \(what)",
            nextStep:
                """
                Give names such as patchbay.example.org or addresses such as 192.0.2.1, at most \
                \(CertificateNames.countLimit).
                """
        )
    }
}
