/// An element's name, from a closed list: a page cannot hold an element that does not stand here.
package struct Tag: Sendable {
    /// The name.
    package let name: StaticString
    /// Whether it holds nothing and has no end tag (HTML Living Standard, 13.1.2, void elements).
    package let isVoid: Bool
    /// Whether the next element or the end of the parent ends it, so that its end tag is left out
    /// (the same section, optional tags): a list of 100 rows is a tenth smaller without.
    package let endsByItself: Bool
    /// Whether it begins on a line of its own, which costs one byte and makes pages and their
    /// differences readable.
    package let beginsLine: Bool
    /// Whether it holds text that a person edits and sends back.
    package let holdsTyped: Bool

    private init(
        _ name: StaticString, isVoid: Bool = false, endsByItself: Bool = false,
        beginsLine: Bool = false, holdsTyped: Bool = false
    ) {
        self.name = name
        self.isVoid = isVoid
        self.endsByItself = endsByItself
        self.beginsLine = beginsLine
        self.holdsTyped = holdsTyped
    }

    package static func block(_ name: StaticString) -> Tag { Tag(name, beginsLine: true) }
    package static func item(_ name: StaticString) -> Tag {
        Tag(name, endsByItself: true, beginsLine: true)
    }
    package static func cell(_ name: StaticString) -> Tag { Tag(name, endsByItself: true) }
    package static func inline(_ name: StaticString) -> Tag { Tag(name) }
    package static func typed(_ name: StaticString) -> Tag { Tag(name, holdsTyped: true) }
    package static func void(_ name: StaticString) -> Tag { Tag(name, isVoid: true) }
    package static func voidBlock(_ name: StaticString) -> Tag {
        Tag(name, isVoid: true, beginsLine: true)
    }

    /// An element of this name.
    package func callAsFunction(
        class classes: StaticString? = nil, _ attributes: Attribute...,
        @HTMLBuilder content: () -> HTML = { .group([]) }
    ) -> HTML {
        let all = (classes.map { [Attribute("class", "\($0)")] } ?? []) + attributes
        return .element(self, all, [content()])
    }
}

package let a = Tag.inline("a")
package let article = Tag.block("article")
package let aside = Tag.block("aside")
package let body = Tag.block("body")
package let button = Tag.inline("button")
package let caption = Tag.block("caption")
package let code = Tag.inline("code")
package let datalist = Tag.block("datalist")
package let dd = Tag.cell("dd")
package let details = Tag.block("details")
package let dialog = Tag.block("dialog")
package let div = Tag.block("div")
package let dl = Tag.block("dl")
package let dt = Tag.item("dt")
package let em = Tag.inline("em")
package let fieldset = Tag.block("fieldset")
package let footer = Tag.block("footer")
package let form = Tag.block("form")
package let h1 = Tag.block("h1")
package let h2 = Tag.block("h2")
package let h3 = Tag.block("h3")
package let head = Tag.block("head")
package let header = Tag.block("header")
package let html = Tag.block("html")
package let input = Tag.void("input")
package let kbd = Tag.inline("kbd")
package let label = Tag.inline("label")
package let legend = Tag.block("legend")
package let li = Tag.item("li")
package let link = Tag.voidBlock("link")
package let main = Tag.block("main")
package let meta = Tag.voidBlock("meta")
package let nav = Tag.block("nav")
package let noscript = Tag.block("noscript")
package let ol = Tag.block("ol")
package let option = Tag.item("option")
package let p = Tag.block("p")
package let pre = Tag.block("pre")
package let script = Tag.block("script")
package let section = Tag.block("section")
package let select = Tag.inline("select")
package let small = Tag.inline("small")
package let span = Tag.inline("span")
package let strong = Tag.inline("strong")
package let summary = Tag.block("summary")
package let table = Tag.block("table")
package let tbody = Tag.block("tbody")
package let td = Tag.cell("td")
package let textarea = Tag.typed("textarea")
package let th = Tag.cell("th")
package let thead = Tag.block("thead")
package let timeTag = Tag.inline("time")
package let title = Tag.block("title")
package let tr = Tag.item("tr")
package let ul = Tag.block("ul")

// SVG
package let svg = Tag.inline("svg")
package let defs = Tag.inline("defs")
package let path = Tag.inline("path")
package let pattern = Tag.inline("pattern")
package let rect = Tag.inline("rect")
package let symbol = Tag.inline("symbol")
package let use = Tag.inline("use")
