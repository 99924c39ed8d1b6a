import Crypto
import CryptoExtras

/// What scrypt (RFC 7914) costs.
public struct PasswordCost: Hashable, Sendable {
    /// N: how many rounds; a power of two.
    public let rounds: Int
    /// r: the block size.
    public let blockSize: Int
    /// p: how many independent computations.
    public let parallelism: Int

    /// 32 MiB and some 80 ms of a core: a guess costs an attacker as much, and a sign-in is not
    /// slow.
    public static let standard = PasswordCost(rounds: 1 << 15, blockSize: 8, parallelism: 1)
    /// The most memory that a stored hash may ask for, in bytes: twice the standard leaves room for
    /// a later one.
    static let memoryLimit = 64 * 1024 * 1024
    /// The most work that a stored hash may ask for, in units of N x r x p: four times the
    /// standard.
    static let workLimit = 4 * (1 << 15) * 8

    private init(rounds: Int, blockSize: Int, parallelism: Int) {
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
    }

    /// A cost; `nil` when N is no power of two above 1, or it would take more memory or work than a
    /// server can spend on a sign-in.
    public init?(checkedRounds rounds: Int, blockSize: Int, parallelism: Int) {
        guard (2...1 << 24).contains(rounds), rounds & (rounds - 1) == 0,
            (1...32).contains(blockSize),
            (1...16).contains(parallelism), 128 * rounds * blockSize <= Self.memoryLimit,
            rounds * blockSize * parallelism <= Self.workLimit
        else { return nil }
        self.init(rounds: rounds, blockSize: blockSize, parallelism: parallelism)
    }
}

/// A password's hash, as it is stored: `scrypt$N$r$p$salt$hash`, salt and hash in base64url.
public struct PasswordHash: Hashable, Sendable {
    /// How many bytes of salt a new hash takes.
    public static let saltByteCount = 16
    private static let hashByteCount = 32
    /// The longest text of a hash, in bytes.
    private static let textLimit = 256

    private let cost: PasswordCost
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Hashes a password with a fresh salt. It takes as long as the cost says.
    ///
    /// - Throws: `TrustError` `E_PASSWORD_HASH` when there is not enough memory.
    public init(
        of password: String, salt: [UInt8], cost: PasswordCost = .standard
    ) throws(TrustError) {
        self.cost = cost
        self.salt = salt
        hash = try Self.derive(
            Array(password.utf8), salt: salt, count: Self.hashByteCount, cost: cost)
    }

    /// Reads a stored hash.
    ///
    /// - Throws: `TrustError` `E_PASSWORD_HASH` when it is not one, or asks for more work than is
    ///   allowed.
    public init(text: String) throws(TrustError) {
        let parts =
            text.utf8.count <= Self.textLimit ? text.split(separator: "$", maxSplits: 6) : []
        guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]),
            let blockSize = Int(parts[2]), let parallelism = Int(parts[3]),
            let cost = PasswordCost(
                checkedRounds: rounds, blockSize: blockSize, parallelism: parallelism),
            let salt = Base64.decode(parts[4], .url), (8...64).contains(salt.count),
            let hash = Base64.decode(parts[5], .url), hash.count == Self.hashByteCount
        else { throw .badPasswordHash }
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// The text to store.
    public var text: String {
        let numbers = "\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)"
        return "scrypt$\(numbers)$\(Base64.encode(salt, .url))$\(Base64.encode(hash, .url))"
    }

    /// Whether it is this password's hash. It takes as long for a wrong password as for the right
    /// one.
    ///
    /// - Throws: `TrustError` `E_PASSWORD_HASH` when there is not enough memory.
    public func matches(_ password: String) throws(TrustError) -> Bool {
        let other = try Self.derive(Array(password.utf8), salt: salt, count: hash.count, cost: cost)
        return constantTimeEquals(other, hash)
    }

    /// scrypt itself.
    static func derive(
        _ password: [UInt8], salt: [UInt8], count: Int, cost: PasswordCost
    ) throws(TrustError) -> [UInt8] {
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: count, rounds: cost.rounds,
                blockSize: cost.blockSize, parallelism: cost.parallelism)
            return key.withUnsafeBytes { Array($0) }
        } catch {
            throw .badPasswordHash
        }
    }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
    /// Says how it was made, and nothing of the hash.
    public var description: String { "scrypt password hash, N = \(cost.rounds)" }
    /// Nothing to be seen.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension TrustError {
    fileprivate static let badPasswordHash = TrustError(
        "E_PASSWORD_HASH", "The stored password hash cannot be used.",
        nextStep: "Reset the user's password on the server: patchbay user reset-password NAME.")
}
