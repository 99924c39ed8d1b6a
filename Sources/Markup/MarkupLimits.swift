/// How large a document's parts may be. What is larger is an error, so that a hostile document
/// costs no more memory than these figures say; the whole document may have any length.
public struct MarkupLimits: Hashable, Sendable {
    /// Elements open at once. Feeds and package tools nest fewer than 20.
    public var depth: Int
    /// Attributes of one element. Real ones have fewer than 20.
    public var attributes: Int
    /// Bytes of one name.
    public var nameBytes: Int
    /// Bytes of one tag, comment, processing instruction or document type declaration.
    public var markupBytes: Int
    /// Bytes of the text between two tags. The longest description in a feed has some 100 KB.
    public var textBytes: Int

    /// Limits of one's own.
    public init(
        depth: Int = 128, attributes: Int = 256, nameBytes: Int = 512,
        markupBytes: Int = 1_048_576, textBytes: Int = 8 * 1_048_576
    ) {
        self.depth = depth
        self.attributes = attributes
        self.nameBytes = nameBytes
        self.markupBytes = markupBytes
        self.textBytes = textBytes
    }
}
