/// An element's name, from a closed list: a page cannot hold an element that does not stand here.
struct Tag: Sendable {
    /// The name.
    let name: StaticString
    /// Whether it holds nothing and has no end tag (HTML Living Standard, 13.1.2, void elements).
    let isVoid: Bool
    /// Whether the next element or the end of the parent ends it, so that its end tag is left out
    /// (the same section, optional tags): a list of 100 rows is a tenth smaller without.
    let endsByItself: Bool
    /// Whether it begins on a line of its own, which costs one byte and makes pages and their
    /// differences readable.
    let beginsLine: Bool

    private init(
        _ name: StaticString, isVoid: Bool = false, endsByItself: Bool = false,
        beginsLine: Bool = false
    ) {
        self.name = name
        self.isVoid = isVoid
        self.endsByItself = endsByItself
        self.beginsLine = beginsLine
    }

    static func block(_ name: StaticString) -> Tag { Tag(name, beginsLine: true) }
    static func item(_ name: StaticString) -> Tag {
        Tag(name, endsByItself: true, beginsLine: true)
    }
    static func cell(_ name: StaticString) -> Tag { Tag(name, endsByItself: true) }
    static func inline(_ name: StaticString) -> Tag { Tag(name) }
    static func void(_ name: StaticString) -> Tag { Tag(name, isVoid: true) }
    static func voidBlock(_ name: StaticString) -> Tag { Tag(name, isVoid: true, beginsLine: true) }

    /// An element of this name.
    func callAsFunction(
        class classes: StaticString? = nil, _ attributes: Attribute...,
        @HTMLBuilder content: () -> HTML = { .group([]) }
    ) -> HTML {
        let all = (classes.map { [Attribute("class", "\($0)")] } ?? []) + attributes
        return .element(self, all, [content()])
    }
}

let a = Tag.inline("a")
let article = Tag.block("article")
let aside = Tag.block("aside")
let body = Tag.block("body")
let button = Tag.inline("button")
let caption = Tag.block("caption")
let code = Tag.inline("code")
let dd = Tag.cell("dd")
let details = Tag.block("details")
let dialog = Tag.block("dialog")
let div = Tag.block("div")
let dl = Tag.block("dl")
let dt = Tag.item("dt")
let em = Tag.inline("em")
let fieldset = Tag.block("fieldset")
let footer = Tag.block("footer")
let form = Tag.block("form")
let h1 = Tag.block("h1")
let h2 = Tag.block("h2")
let h3 = Tag.block("h3")
let head = Tag.block("head")
let header = Tag.block("header")
let html = Tag.block("html")
let input = Tag.void("input")
let kbd = Tag.inline("kbd")
let label = Tag.inline("label")
let legend = Tag.block("legend")
let li = Tag.item("li")
let link = Tag.voidBlock("link")
let main = Tag.block("main")
let meta = Tag.voidBlock("meta")
let nav = Tag.block("nav")
let noscript = Tag.block("noscript")
let ol = Tag.block("ol")
let option = Tag.item("option")
let p = Tag.block("p")
let pre = Tag.block("pre")
let script = Tag.block("script")
let section = Tag.block("section")
let select = Tag.inline("select")
let small = Tag.inline("small")
let span = Tag.inline("span")
let strong = Tag.inline("strong")
let summary = Tag.block("summary")
let table = Tag.block("table")
let tbody = Tag.block("tbody")
let td = Tag.cell("td")
let textarea = Tag.inline("textarea")
let th = Tag.cell("th")
let thead = Tag.block("thead")
let timeTag = Tag.inline("time")
let title = Tag.block("title")
let tr = Tag.item("tr")
let ul = Tag.block("ul")

// SVG
let svg = Tag.inline("svg")
let defs = Tag.inline("defs")
let path = Tag.inline("path")
let pattern = Tag.inline("pattern")
let rect = Tag.inline("rect")
let symbol = Tag.inline("symbol")
let use = Tag.inline("use")
