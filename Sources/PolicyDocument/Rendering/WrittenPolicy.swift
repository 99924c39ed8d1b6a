import Calendar
import Fleet
public import Policy

/// A policy written for people who do not write policies, such as a client: every rule, window,
/// freeze, ring and deadline as a sentence. It is made from the same value that decides.
public struct WrittenPolicy: Sendable {
    /// A heading and what stands under it.
    public struct Section: Hashable, Sendable, Codable {
        /// The heading.
        public var heading: String
        /// Sentences under it.
        public var paragraphs: [String] = []
        /// A list after them.
        public var items: [String] = []
        /// Whether the order of the items matters.
        public var isOrdered = false
    }

    /// What people call the policy.
    public let title: String
    /// What it says, part by part.
    public let sections: [Section]

    /// The written form of a policy, with the risks that it accepts. `others` are policies that it
    /// may inherit, so that they can be called by their titles.
    public init(
        _ policy: PatchPolicy, accepting exceptions: [RiskException] = [],
        among others: [PatchPolicy] = []
    ) {
        title = policy.displayName
        let parent = policy.inherits.map { name in
            others.first { $0.name == name }?.displayName ?? name.text
        }
        let all =
            [
                Self.scope(policy, parent), Self.rules(policy), Self.lanes(policy),
                Self.windows(policy),
            ] + Self.rings(policy) + [
                Self.around(policy), Self.deadlines(policy),
                Section(
                    heading: "Accepted risks",
                    paragraphs: policy.longestException.map {
                        ["A risk is accepted for \($0.inWords) at most; then somebody looks again."]
                    } ?? [], items: exceptions.map(PolicySentences.exception)),
            ]
        sections = all.filter { !$0.paragraphs.isEmpty || !$0.items.isEmpty }
    }

    private static func scope(_ policy: PatchPolicy, _ parent: String?) -> Section {
        var paragraphs = [
            policy.applies == .always
                ? "This policy applies to every endpoint."
                : "This policy applies to an endpoint when "
                    + ConditionSentence.clause(policy.applies) + "."
        ]
        if let parent {
            paragraphs.append(
                "What it leaves open is as in the policy “\(parent)”, whose freezes, deadlines and "
                    + "refusals hold here too.")
        }
        return Section(heading: "Where it applies", paragraphs: paragraphs)
    }

    private static func rules(_ policy: PatchPolicy) -> Section {
        let otherwise = "Every other update " + PolicySentences.treatment(policy.otherwise)
        return Section(
            heading: "Which updates are installed",
            paragraphs: policy.rules.isEmpty
                ? [] : ["The first of these sentences that fits an update decides."],
            items: policy.rules.map(PolicySentences.rule) + [otherwise], isOrdered: true)
    }

    private static func lanes(_ policy: PatchPolicy) -> Section {
        let routes: [(Lane, LaneRoute?)] = [
            (.routine, policy.lanes.routine), (.priority, policy.lanes.priority),
            (.emergency, policy.lanes.emergency),
        ]
        return Section(
            heading: "The way of an approved update",
            items: routes.compactMap { lane, route in
                route.map { PolicySentences.lane(lane, $0) }
            })
    }

    private static func windows(_ policy: PatchPolicy) -> Section {
        var items = policy.windows.map { "\($0.name): \(PolicySentences.window($0))" }
        items += policy.freezes.map(PolicySentences.freeze)
        var paragraphs: [String] = []
        if !policy.windows.isEmpty {
            paragraphs.append(
                "Nothing starts outside these times, nothing starts that cannot end in them, and "
                    + "nothing that has started is broken off.")
        }
        if let catchUp = policy.catchUp { paragraphs.append(PolicySentences.catchUp(catchUp)) }
        return Section(heading: "When work happens", paragraphs: paragraphs, items: items)
    }

    private static func rings(_ policy: PatchPolicy) -> [Section] {
        policy.rings.sorted { $0.key < $1.key }.map { name, rings in
            Section(
                heading: "Rings “\(name)”",
                paragraphs: [
                    "An update reaches the endpoints in this order, and stops by itself when a "
                        + "ring does not pass."
                ] + shortening(of: name, rings, policy),
                items: rings.enumerated().map { index, ring in
                    "\(ring.name): "
                        + PolicySentences.ring(ring, isLast: index == rings.count - 1)
                },
                isOrdered: true)
        }
    }

    /// When rings follow each other sooner than they say.
    private static func shortening(
        of name: PolicyName, _ rings: [Ring], _ policy: PatchPolicy
    ) -> [String] {
        let longest = rings.dropLast().map(\.soak.seconds).max() ?? 0
        var sentences: [String] = []
        if !policy.sla.isEmpty, longest > SoakShortening.shortest.seconds {
            sentences.append(
                "Where a deadline comes first, the times between rings are shortened, down to "
                    + "\(SoakShortening.shortest.inWords).")
        }
        let hasEmergencies =
            policy.lanes.emergency != nil
            || policy.rules.contains { $0.treatment.lane == .emergency }
        if hasEmergencies, longest > 0, policy.lanes.route(of: .emergency).rings == name {
            sentences.append("In the emergency lane no ring waits out such a time.")
        }
        return sentences
    }

    private static func around(_ policy: PatchPolicy) -> Section {
        var items: [String] = []
        if let before = policy.before {
            items += PolicySentences.before(before).map { "Before: \($0)" }
        }
        if let after = policy.after, !after.probes.isEmpty {
            items += PolicySentences.after(after).map {
                "After, within \(after.within.inWords): \($0)"
            }
        }
        let paragraphs = [
            policy.reboot.map(PolicySentences.reboot),
            policy.services.map(PolicySentences.services),
            policy.bandwidth.map { "Packages are downloaded at \($0) at most." },
        ]
        return Section(
            heading: "Around an installation", paragraphs: paragraphs.compactMap(\.self),
            items: items)
    }

    private static func deadlines(_ policy: PatchPolicy) -> Section {
        let titles = policy.sla.map { SLAPreset(rawValue: $0.text)?.title ?? $0.text }
        guard !titles.isEmpty else { return Section(heading: "Deadlines") }
        return Section(
            heading: "Deadlines",
            paragraphs: [
                "These regimes say by when a vulnerability must be closed. Where several speak of "
                    + "the same one, the strictest counts."
            ],
            items: titles.map { $0 + "." })
    }
}

extension WrittenPolicy {
    /// The written policy as Markdown (CommonMark).
    public var markdown: String {
        var lines = ["# \(MarkdownText.escaped(title))"]
        for section in sections {
            lines += ["", "## \(MarkdownText.escaped(section.heading))"]
            for paragraph in section.paragraphs { lines += ["", MarkdownText.escaped(paragraph)] }
            if !section.items.isEmpty { lines.append("") }
            for (index, item) in section.items.enumerated() {
                let mark = section.isOrdered ? "\(index + 1)." : "-"
                lines.append("\(mark) \(MarkdownText.escaped(item))")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The written policies as one page of HTML, with its style in it and without scripts.
    public static func html(_ policies: [WrittenPolicy]) -> String {
        let title = policies.map(\.title).joined(separator: ", ")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTMLText.escaped(title))</title>
            <style>
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; }
            li { margin-bottom: 0.4rem; }
            article + article { border-top: 1px solid #888; margin-top: 3rem; }
            @media print { article { break-after: page; } }
            </style>
            </head>
            <body>
            \(policies.map(\.article).joined(separator: "\n"))
            </body>
            </html>

            """
    }

    private var article: String {
        var lines = ["<article>", "<h1>\(HTMLText.escaped(title))</h1>"]
        for section in sections {
            lines.append("<h2>\(HTMLText.escaped(section.heading))</h2>")
            lines += section.paragraphs.map { "<p>\(HTMLText.escaped($0))</p>" }
            guard !section.items.isEmpty else { continue }
            let list = section.isOrdered ? "ol" : "ul"
            lines.append("<\(list)>")
            lines += section.items.map { "<li>\(HTMLText.escaped($0))</li>" }
            lines.append("</\(list)>")
        }
        return (lines + ["</article>"]).joined(separator: "\n")
    }
}

/// Texts in Markdown.
enum MarkdownText {
    /// A text that means itself: characters that Markdown reads are escaped, and line ends are
    /// blanks (CommonMark 0.31 section 2.4).
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if character.isNewline {
                result += " "
            } else {
                if "\\`*_[]<>|#&".contains(character) { result += "\\" }
                result.append(character)
            }
        }
        return result
    }
}

/// Texts in HTML.
enum HTMLText {
    /// A text that means itself, also in an attribute.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }
}
