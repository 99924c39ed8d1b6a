public import ControlPlane
import Fleet
import Foundation
public import ServerRecords
import Trust

/// The audit log as a file that proves itself: JSON lines, the first with the signed ends of the
/// chains and the key that signed them, then one line an entry, chain by chain.
public enum AuditExport {
    /// The first line.
    struct Header: Codable {
        static let format = "audit/v1"

        var patchbay = Header.format
        var exportedAt: Timestamp
        var serverIdentity: String
        var auditKey: String
        var auditKeyFingerprint: String
        var heads: [AuditHead]
        /// The audit key's over `content`: no chain can be left out, and the date cannot be
        /// changed.
        var signature: String

        /// What the header's signature covers.
        static func content(server: String, heads: [AuditHead]) -> String {
            let ends = heads.flatMap { [$0.chain, String($0.sequence), $0.hash] }
            return AuditChain.hash(of: [format, server] + ends, previous: AuditChain.genesis)
        }

        func isSigned(by publicKey: [UInt8]) -> Bool {
            AuditChain.isValidHead(
                chain: Self.format, sequence: exportedAt.milliseconds,
                hash: Self.content(server: serverIdentity, heads: heads), signature: signature,
                publicKey: publicKey)
        }
    }

    /// The longest line that is read, in bytes: an entry has at most about 6 KB, the heads of 1,000
    /// tenants 300 KB.
    public static let lineLimit = 4 * 1024 * 1024

    static func line(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    /// Checks an export, line by line, without a server.
    ///
    /// An export that somebody made wholly anew, with a key of their own, is intact too: pass the
    /// fingerprint of the real key, or compare the verdict's.
    ///
    /// - Parameters:
    ///   - lines: the file's lines, without their ends.
    ///   - fingerprint: the fingerprint that the audit key must have; `nil` when it is not known.
    /// - Returns: what was found.
    /// - Throws: `Refusal` `E_AUDIT_EXPORT` that names the line when the file is something else.
    public static func verify(
        _ lines: some Sequence<some StringProtocol>, auditKeyFingerprint fingerprint: String? = nil
    ) throws -> AuditVerdict {
        var number = 0
        var reader: Reader?
        for line in lines {
            number += 1
            guard line.utf8.count <= lineLimit else { throw unreadable(number, "is too long") }
            let data = Data(line.utf8)
            if reader != nil {
                guard let entry = try? JSONDecoder().decode(AuditEntry.self, from: data) else {
                    throw unreadable(number, "is not an audit entry")
                }
                // One entry has one text: another spelling of the same, or a key that is not read,
                // is an edit too.
                reader?.take(
                    entry, isAsWritten: try Self.line(entry).dropLast() == Array(data)[...])
            } else {
                reader = try Reader(header: Self.header(data))
            }
        }
        guard let reader else { throw unreadable(1, "is missing") }
        return reader.verdict(expecting: fingerprint)
    }

    private static func header(_ data: Data) throws -> Header {
        guard let header = try? JSONDecoder().decode(Header.self, from: data),
            header.patchbay == Header.format, try line(header).dropLast() == Array(data)[...]
        else { throw unreadable(1, "is not the first line of an audit export") }
        return header
    }

    private static func unreadable(_ line: Int, _ what: String) -> Refusal {
        Refusal(
            .malformed, "E_AUDIT_EXPORT", "Line \(line) \(what).",
            nextStep: "Use a file made by patchbay audit export, unchanged.")
    }

    /// Keeps one checker for each chain that the header names.
    private struct Reader {
        private let publicKey: [UInt8]
        private let heads: [AuditHead]
        private let isHeaderIntact: Bool
        private var checkers: [String: AuditChecker] = [:]
        private var entries: Int64 = 0
        private var foreign: AuditVerdict.Break?

        init(header: Header) throws {
            guard let key = Base64.decode(header.auditKey), key.count == 32,
                ServerKeys.auditFingerprint(of: key) == header.auditKeyFingerprint,
                Set(header.heads.map(\.chain)).count == header.heads.count
            else { throw AuditExport.unreadable(1, "names an audit key or a chain that is none") }
            publicKey = key
            isHeaderIntact = header.isSigned(by: key)
            heads = header.heads.sorted(by: UseCases.providerFirst)
            for head in heads {
                checkers[head.chain] = AuditChecker(head: head, publicKey: key)
            }
        }

        mutating func take(_ entry: AuditEntry, isAsWritten: Bool) {
            entries += 1
            if checkers[entry.chain] == nil || !isAsWritten, foreign == nil {
                foreign = .init(chain: entry.chain, sequence: entry.sequence)
            }
            checkers[entry.chain]?.take(entry)
        }

        func verdict(expecting fingerprint: String?) -> AuditVerdict {
            AuditVerdict(
                entries: entries, firstBroken: firstBroken(expecting: fingerprint),
                auditKeyFingerprint: ServerKeys.auditFingerprint(of: publicKey))
        }

        private func firstBroken(expecting fingerprint: String?) -> AuditVerdict.Break? {
            let own = ServerKeys.auditFingerprint(of: publicKey)
            let isExpected = fingerprint.map { $0 == own } ?? true
            guard isHeaderIntact, isExpected else {
                return .init(chain: heads.first?.chain ?? UseCases.providerChain, sequence: 1)
            }
            var begun: Set<String> = []
            for head in heads {
                guard var checker = checkers[head.chain] else { continue }
                checker.finish()
                begun.formUnion(checker.chainsBegun)
                if let sequence = checker.brokenAt {
                    return .init(chain: head.chain, sequence: sequence)
                }
            }
            // A tenant's own export holds its chain alone, so the provider's is not asked for here.
            let missing = begun.subtracting(heads.map(\.chain)).min()
            return foreign ?? missing.map { .init(chain: $0, sequence: 1) }
        }
    }
}

extension UseCases {
    /// Writes an export of the chains that the asker may see, piece by piece, to `write`.
    ///
    /// - Throws: `Refusal` `E_FORBIDDEN`; what the store and `write` throw.
    public func auditExport(
        by principal: Principal, to write: ([UInt8]) async throws -> Void
    ) async throws {
        try principal.require(.readAudit)
        let heads = try await ledger.read { try $0.auditHeads(in: principal.scope) }
            .sorted(by: Self.providerFirst)
        let now = effects.now()
        let header = AuditExport.Header(
            exportedAt: now, serverIdentity: keys.fingerprint,
            auditKey: Base64.encode(keys.auditPublicKey),
            auditKeyFingerprint: keys.auditFingerprint,
            heads: heads,
            signature: try keys.signAuditHead(
                chain: AuditExport.Header.format, sequence: now.milliseconds,
                hash: AuditExport.Header.content(server: keys.fingerprint, heads: heads)))
        try await write(AuditExport.line(header))
        for head in heads {
            try await eachAuditPage(of: head) { page in
                try await write(page.flatMap { try AuditExport.line($0) })
            }
        }
    }
}
