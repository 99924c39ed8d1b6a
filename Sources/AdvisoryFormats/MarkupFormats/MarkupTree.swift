import Markup

/// An element of a document with all that is in it.
struct MarkupTree {
    /// The name without prefix.
    let name: String
    private let attributes: [MarkupAttribute]
    fileprivate(set) var children: [MarkupTree] = []
    /// The text directly in the element.
    fileprivate(set) var text = ""

    fileprivate init(_ element: MarkupElement) {
        name = String(element.localName)
        attributes = element.attributes
    }

    /// The value of an attribute, by its name without prefix.
    subscript(attribute: String) -> String? {
        attributes.first { MarkupElement(name: $0.name).localName == attribute }?.value
    }

    /// The first child of a name.
    func first(_ name: String) -> MarkupTree? {
        children.first { $0.name == name }
    }

    /// The children of a name.
    func all(_ name: String) -> [MarkupTree] {
        children.filter { $0.name == name }
    }

    /// The element at the end of a path of names.
    func at(_ path: String...) -> MarkupTree? {
        path.reduce(Optional(self)) { $0?.first($1) }
    }

    /// The text without blanks around it; `nil` when nothing is left.
    var trimmed: String? {
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return nil }
        return String(scalars[start...end])
    }

    /// All elements of a name in it, at any depth, in the document's order.
    func descendants(_ name: String) -> [MarkupTree] {
        children.flatMap { ($0.name == name ? [$0] : []) + $0.descendants(name) }
    }
}

/// Reads the elements of some names out of a document, one at a time.
enum MarkupRecords {
    /// Elements in one record. The largest known (a product tree of a vendor) has some ten
    /// thousand.
    static let mostElements = 500_000
    /// Bytes of text in one record.
    static let mostText = 32 << 20

    /// Hands on each element whose name without prefix is wanted, and that lies in no other such
    /// element. A document that is not well-formed is read up to the fault.
    static func read(
        _ stream: ByteStream, _ collector: RecordCollector, wanted: Set<String>,
        _ body: (MarkupTree) throws -> Void
    ) throws {
        var reader = MarkupReader()
        var builder = MarkupTreeBuilder(wanted)
        do {
            while true {
                let piece = try stream.next()
                if piece.isEmpty { break }
                try reader.read(piece[...]) { event in
                    switch builder.add(event) {
                    case .complete(let tree): try body(tree)
                    case .tooLarge(let name):
                        collector.reject(
                            name, "more than \(mostElements) elements or \(mostText) bytes")
                    case nil: break
                    }
                }
            }
            try reader.finish()
        } catch let error as MarkupError {
            collector.breakOff(error.description)
        }
    }
}

/// Puts events together to trees.
private struct MarkupTreeBuilder {
    enum Result {
        case complete(MarkupTree)
        case tooLarge(String)
    }

    private let wanted: Set<String>
    private var open: [MarkupTree] = []
    private var elements = 0
    private var textBytes = 0

    init(_ wanted: Set<String>) {
        self.wanted = wanted
    }

    private var isTooLarge: Bool {
        elements > MarkupRecords.mostElements || textBytes > MarkupRecords.mostText
    }

    mutating func add(_ event: MarkupEvent) -> Result? {
        switch event {
        case .start(let element):
            guard !open.isEmpty || wanted.contains(String(element.localName)) else { return nil }
            if open.isEmpty { (elements, textBytes) = (0, 0) }
            elements += 1
            open.append(MarkupTree(element))
        case .text(let text):
            guard !open.isEmpty else { return nil }
            textBytes += text.utf8.count
            if !isTooLarge { open[open.count - 1].text += text }
        case .end:
            guard let tree = open.popLast() else { return nil }
            if open.isEmpty { return isTooLarge ? .tooLarge(tree.name) : .complete(tree) }
            if !isTooLarge { open[open.count - 1].children.append(tree) }
        }
        return nil
    }
}
