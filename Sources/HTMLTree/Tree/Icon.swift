/// The pictures that stand beside words. Each is drawn on 16 by 16 units with one line of the
/// text's colour.
package enum Icon: String, CaseIterable, Sendable {
    case brand, ok, bad, unknown, warn, queued, run, pause, restart, stop
    case overview, endpoint, update, deployment, enrolment, tenant, person, audit, policy
    case search, down, up, right, close, plus, copy, shield, sun, moon, auto, out, download

    /// The line, as path data of SVG.
    package var line: StaticString {
        switch self {
        case .brand: "M3 4.5h6.5a3 3 0 0 1 0 6H8M3 4.5v8M6.5 8H3M13 3.5v9"
        case .ok: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.5 8.2l1.8 1.8 3.2-3.7"
        case .bad: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6 6l4 4M10 6l-4 4"
        case .unknown:
            "M6.2 2.3A6 6 0 0 1 8 2M11 2.8a6 6 0 0 1 2.2 2.2M14 8a6 6 0 0 1-.8 3M11 13.2a6 6 0 0 1-3 .8M5 13.2A6 6 0 0 1 2.8 11M2 8a6 6 0 0 1 1-3.3M6.5 6.5A1.5 1.5 0 1 1 8 8.2v.6M8 10.9v.1"
        case .warn: "M8 2.5 14 13H2L8 2.5ZM8 6.5v3M8 11.2v.1"
        case .queued: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6"
        case .run: "M8 2a6 6 0 1 0 6 6"
        case .pause: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.5 6v4M9.5 6v4"
        case .restart: "M13 3v3.2H9.8M13 6.2A5.5 5.5 0 1 0 13.4 9"
        case .stop: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM4 12l8-8"
        case .overview: "M2.5 2.5h4.6v4.6H2.5zM9 2.5h4.5v4.6H9zM2.5 9h4.6v4.5H2.5zM9 9h4.5v4.5H9z"
        case .endpoint: "M2 3h12v8H2zM6 14h4M8 11v3"
        case .update: "M8 2v7.5M4.8 6.5 8 9.7l3.2-3.2M2.5 13.5h11"
        case .deployment: "M8 2 14 5 8 8 2 5 8 2ZM2 8l6 3 6-3M2 11l6 3 6-3"
        case .enrolment:
            "M10.5 9a3.5 3.5 0 1 0-3.3-2.3L2 12v2h2.5v-1.8h1.8v-1.7L7.8 8.9A3.5 3.5 0 0 0 10.5 9ZM11 5v.1"
        case .tenant: "M3 14V2.5h7V14M10 6.5h3V14M1.5 14h13M5.5 5.5h2M5.5 8h2M5.5 10.5h2"
        case .person: "M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8ZM2.5 14a5.5 5.5 0 0 1 11 0"
        case .policy: "M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h2.5M10 10.2l.9.9 1.6-1.8"
        case .audit: "M4 2h6l3 3v9H4zM10 2v3h3M6.5 8h4M6.5 11h4"
        case .search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.3 10.3 14 14"
        case .down: "M4 6.5 8 10.5l4-4"
        case .up: "M4 9.5 8 5.5l4 4"
        case .right: "M6 4l4 4-4 4"
        case .close: "M4.5 4.5l7 7M11.5 4.5l-7 7"
        case .plus: "M8 3v10M3 8h10"
        case .copy: "M5.5 5.5h8v8h-8zM3 10.5H2.5v-8h8V3"
        case .shield: "M8 1.8 13 4v4c0 3-2 5-5 6.2C5 13 3 11 3 8V4l5-2.2ZM5.8 7.8l1.6 1.6 2.9-3.1"
        case .sun:
            "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1"
        case .moon: "M13.5 9.5A5.8 5.8 0 0 1 6.5 2.5a5.8 5.8 0 1 0 7 7Z"
        case .auto: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12M8 5h4.8M8 8h6M8 11h4.8"
        case .out: "M9.5 2.5h-7v11h7M6.5 8H14M11 5l3 3-3 3"
        case .download: "M8 2v7.5M4.8 6.5 8 9.7l3.2-3.2M2.5 11v2.5h11V11"
        }
    }

    /// Pictures of states, which a live page may come to need after it was loaded.
    package static let ofStates: Set<Icon> = [
        .ok, .bad, .unknown, .warn, .queued, .run, .pause, .restart, .stop, .right,
    ]

    /// The picture; it says nothing to a screen reader, since a word stands beside it.
    package func drawn(spinning: Bool = false) -> HTML {
        svg(class: spinning ? "i spin" : "i", .ariaHidden()) { use(.symbol(self)) }
    }

    /// The drawings that a page uses, once each.
    package static func sprite(_ icons: Set<Icon>) -> HTML {
        svg(.width("0"), .height("0"), .ariaHidden()) {
            for icon in Icon.allCases where icons.contains(icon) {
                symbol(.id("i-\(icon.rawValue)"), .viewBox("0 0 16 16")) { path(.d(icon.line)) }
            }
        }
    }
}

extension HTML {
    /// The pictures that stand in this piece.
    package var icons: Set<Icon> {
        switch self {
        case .text, .constant: return []
        case .group(let pieces):
            return pieces.reduce(into: []) { $0.formUnion($1.icons) }
        case .element(_, let attributes, let pieces):
            let own = attributes.compactMap(\.icon)
            return pieces.reduce(into: Set(own)) { $0.formUnion($1.icons) }
        }
    }
}
