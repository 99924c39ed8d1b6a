/// The folder in which the agent keeps what must survive it: its identity, and a journal for each
/// job.
///
/// Paths are relative to the folder, with `/` between their parts. What a call has written is on
/// the disk, and would be there after a power cut, when the call returns.
public protocol StateFolder: Sendable {
    /// A file's bytes; `nil` when there is none. A file larger than `limit` bytes is refused.
    func read(_ path: String, limit: Int) throws(StateFolderFailure) -> [UInt8]?
    /// A file's size in bytes; 0 when there is none.
    func size(of path: String) throws(StateFolderFailure) -> Int64
    /// Up to `length` bytes from `offset` on; empty past the end, and when there is no such file.
    func read(_ path: String, from offset: Int64, length: Int) throws(StateFolderFailure) -> [UInt8]
    /// Puts a whole file in the place of the old one, or makes it: a reader sees the old bytes or
    /// the new ones.
    func replace(_ path: String, with bytes: [UInt8]) throws(StateFolderFailure)
    /// Gives a file or folder another name, in the place of what had that name before.
    func rename(_ path: String, to newPath: String) throws(StateFolderFailure)
    /// Adds bytes to a file's end, and makes the file and its folders when they are not there.
    func append(_ bytes: [UInt8], to path: String) throws(StateFolderFailure)
    /// The names in a folder, sorted; empty when there is none.
    func names(in path: String) throws(StateFolderFailure) -> [String]
    /// Removes a file, or a folder with all that is in it. It is no error when there is none.
    func remove(_ path: String) throws(StateFolderFailure)
}

/// The state folder could not be read or written.
public struct StateFolderFailure: Error, Hashable, Sendable {
    /// A stable code such as `E_STATE_NO_SPACE`.
    public let code: String
    /// What happened, with the path.
    public let message: String
    /// What to do about it.
    public let nextStep: String

    /// The state folder could not be read or written.
    public init(code: String, message: String, nextStep: String) {
        self.code = code
        self.message = message
        self.nextStep = nextStep
    }
}

extension StateFolderFailure {
    /// The codes of failures that concern one file and stay: it is no file, too large, another
    /// user's, or the disk cannot read it.
    private static let codesOfOneFile: Set = [
        "E_STATE_UNREADABLE", "E_STATE_TOO_LARGE", "E_STATE_PERMISSION",
    ]

    /// Whether reading this one file will not succeed later, while others may be well.
    var isOfOneFile: Bool { Self.codesOfOneFile.contains(code) }
}

extension StateFolderFailure: CustomStringConvertible {
    /// The cause and the next step.
    public var description: String { "\(code): \(message) \(nextStep)" }
}
