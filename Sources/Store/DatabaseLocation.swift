public import ServerRecords

/// Where the database is. Its description never holds a password.
public enum DatabaseLocation: Sendable {
    /// A SQLite file. `path` is absolute, or relative to the working folder.
    case sqliteFile(path: String)
    /// A SQLite database in memory, which ends with the ledger: for tests and trials.
    case sqliteMemory
    /// A PostgreSQL server.
    case postgresql(PostgreSQLAddress)

    /// Reads `sqlite:PATH`, `sqlite::memory:` or `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`.
    ///
    /// - Throws: `LedgerUnavailable` with a sentence that says what is wrong and never repeats the
    ///   text, which may hold a password.
    public init(_ text: String) throws(LedgerUnavailable) {
        if text == "sqlite::memory:" {
            self = .sqliteMemory
        } else if text.hasPrefix("sqlite:"), text.utf8.count > "sqlite:".utf8.count {
            self = .sqliteFile(path: String(text.dropFirst("sqlite:".count)))
        } else if text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") {
            self = .postgresql(try PostgreSQLAddress(text))
        } else {
            throw LedgerUnavailable(
                reason: .other,
                detail:
                    "The database's address is not one of "
                    + "sqlite:PATH, sqlite::memory: and postgresql://HOST/DATABASE."
            )
        }
    }
}

extension DatabaseLocation: CustomStringConvertible {
    /// The address without its password.
    public var description: String {
        switch self {
        case .sqliteFile(let path): "sqlite:\(path)"
        case .sqliteMemory: "sqlite::memory:"
        case .postgresql(let address): address.description
        }
    }
}

/// A PostgreSQL connection URI whose password can be told from the rest.
public struct PostgreSQLAddress: Sendable, CustomStringConvertible {
    /// The URI for libpq.
    let uri: String
    /// The texts that must not be shown: the password as written, and decoded.
    private let secrets: [String]

    /// The URI with its password replaced.
    public var description: String { redact(uri) }

    init(_ text: String) throws(LedgerUnavailable) {
        uri = text
        let rest = text.drop { $0 != "/" }.dropFirst(2)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        // An unescaped `@`, `/` or `?` in a password would make libpq take a piece of it for the
        // server's name, and then show it.
        let pieces = authority.split(separator: "@", omittingEmptySubsequences: false)
        let afterAuthority = rest.dropFirst(authority.count)
        guard pieces.count <= 2, !text.contains(where: \.isWhitespace),
            !afterAuthority.prefix(while: { $0 != "?" }).contains("@")
        else {
            throw LedgerUnavailable(
                reason: .other,
                detail:
                    "The PostgreSQL address cannot be read; "
                    + "write special characters of the password as %40 (@), %2F (/), "
                    + "%3A (:), %3F (?), %23 (#) and %25 (%).")
        }
        var written: [Substring] = []
        if pieces.count == 2, let colon = pieces[0].firstIndex(of: ":") {
            written.append(pieces[0][pieces[0].index(after: colon)...])
        }
        let query = afterAuthority.drop { $0 != "?" }.dropFirst()
        for setting in query.split(separator: "&")
        where setting.hasPrefix("password=") || setting.hasPrefix("sslpassword=") {
            written.append(setting.drop { $0 != "=" }.dropFirst())
        }
        secrets = written.filter { !$0.isEmpty }
            .flatMap { [String($0), Self.percentDecoded($0)] }
    }

    /// The text with every occurrence of the password replaced.
    func redact(_ text: String) -> String {
        secrets.reduce(text) { Self.replace($1, in: $0) }
    }

    private static func replace(_ secret: String, in text: String) -> String {
        text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
    }

    private static func percentDecoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2,
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
