/// How much a feed may unpack to. What is beyond is not read, and the report says so.
public struct FeedLimits: Hashable, Sendable {
    /// Bytes that one file, with all archives in it, may unpack to. The largest feed known, OSV's
    /// archive of everything, is about 3 GB.
    public var unpackedBytes: Int64 = 16 << 30
    /// How many times its packed size a stream may unpack to. Real feeds reach 60; a bomb made for
    /// it reaches 1,000.
    public var ratio: Int64 = 250
    /// Bytes that a stream may unpack to before its ratio counts: a small file of blanks harms
    /// nobody.
    public var ratioFloor: Int64 = 32 << 20
    /// Members of one archive, and files of one folder. OSV's archive of everything has some
    /// hundred thousand.
    public var members = 2_000_000
    /// How often a packed file is within another: a `.json.gz` within a `.tar.gz` is three.
    public var nesting = 4
    /// Folders within folders.
    public var folderDepth = 16

    /// The limits that feeds are read with.
    public static let standard = FeedLimits()

    /// Limits as they stand.
    public init() {}
}
