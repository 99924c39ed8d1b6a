/// Reads the inside of a tag (XML 1.0, productions 40 to 44).
struct TagParser {
    private let token: Token
    private let limits: MarkupLimits
    private var place: Int
    private let end: Int
    /// Whether it is `</…>`.
    let isEnd: Bool
    /// Whether it is `<…/>`.
    let isEmpty: Bool

    init(_ token: Token, limits: MarkupLimits) {
        self.token = token
        self.limits = limits
        let bytes = token.bytes
        isEnd = bytes.count > 2 && bytes[1] == Ascii.slash
        isEmpty = !isEnd && bytes.count > 3 && bytes[bytes.count - 2] == Ascii.slash
        place = isEnd ? 2 : 1
        end = bytes.count - (isEmpty ? 2 : 1)
    }

    /// The name and the attributes; an end tag has none.
    mutating func element() throws(MarkupError) -> MarkupElement {
        let name = try readName()
        var attributes: [MarkupAttribute] = []
        while true {
            let hadBlank = skipBlanks()
            guard place < end else { break }
            guard hadBlank, !isEnd else {
                throw token.fault(.malformed, "A tag that is not closed", at: place)
            }
            let start = place
            let attribute = try readAttribute()
            guard !attributes.contains(where: { $0.name == attribute.name }) else {
                throw token.fault(
                    .malformed, "The attribute “\(attribute.name)” a second time", at: start)
            }
            guard attributes.count < limits.attributes else {
                throw token.fault(
                    .limit, "An element with more than \(limits.attributes) attributes")
            }
            attributes.append(attribute)
        }
        return MarkupElement(name: name, attributes: attributes)
    }

    private mutating func readAttribute() throws(MarkupError) -> MarkupAttribute {
        let name = try readName()
        skipBlanks()
        guard place < end, token.bytes[place] == Ascii.equals else {
            throw token.fault(.malformed, "The attribute “\(name)” without a value", at: place)
        }
        place += 1
        skipBlanks()
        guard place < end, [Ascii.doubleQuote, Ascii.singleQuote].contains(token.bytes[place])
        else {
            throw token.fault(
                .malformed, "The value of “\(name)” without quotation marks", at: place)
        }
        let start = place + 1
        guard let close = token.bytes[start..<end].firstIndex(of: token.bytes[place]) else {
            throw token.fault(.malformed, "A tag that is not closed", at: place)
        }
        place = close + 1
        let value = try References.replaced(in: token, start..<close, isAttribute: true)
        return MarkupAttribute(name: name, value: String(decoding: value, as: UTF8.self))
    }

    private mutating func readName() throws(MarkupError) -> String {
        let rest = token.bytes[place..<end]
        let name = rest.prefix { !Ascii.isBlank($0) && $0 != Ascii.equals }
        guard name.count <= limits.nameBytes else {
            throw token.fault(.limit, "A name of more than \(limits.nameBytes) bytes", at: place)
        }
        guard CharacterRules.isName(name) else {
            throw token.fault(.malformed, "Something that is no name", at: place)
        }
        place = name.endIndex
        return String(decoding: name, as: UTF8.self)
    }

    @discardableResult
    private mutating func skipBlanks() -> Bool {
        let start = place
        while place < end, Ascii.isBlank(token.bytes[place]) { place += 1 }
        return place > start
    }
}
