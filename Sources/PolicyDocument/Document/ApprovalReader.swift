import Policy
import Verdicts

/// Reads what a rule or the default says of an update: `approve` or `hold`, `lane`, `approvers`.
struct ApprovalReader {
    let values: ValueReader

    /// The words of `approve`, the number of days standing for itself.
    static let words = [
        "at once", "after 7 days", "by hand", "prepare only", "verdict ok",
        "verdict ok or after 7 days", "declined",
    ]

    /// Reads the keys of a treatment out of a rule's mapping.
    func treatment(_ mapping: inout MappingReader) -> Treatment? {
        let choice = mapping.exactlyOne(of: ["approve", "hold"])
        let lane = mapping.optional("lane").map {
            values.choice($0, "the lane", as: Lane.self)
        }
        let approvers = mapping.optional("approvers").map {
            values.integer($0, "“approvers”", in: 1...Treatment.maximumApprovers)
        }
        guard let choice, let approval = approval(choice.key, choice.value) else { return nil }
        if approvers != nil, !approval.asksPerson {
            values.list.error(
                mapping.place(of: "approvers"),
                "“approvers” counts people, and “\(ApprovalText.text(approval))” asks nobody")
        }
        if lane != nil, approval.denies {
            values.list.warning(
                mapping.place(of: "lane"),
                "the lane has no effect: what is \(ApprovalText.participle(approval)) takes none")
        }
        // A lane or number that could not be read has been told already.
        return Treatment(
            approval, approvers: approvers.flatMap { $0 } ?? 1,
            lane: lane.flatMap { $0 } ?? .routine)
    }

    private func approval(_ key: String, _ value: YAMLValue) -> Approval? {
        if key == "hold" {
            return values.sentence(value, "the reason of “hold”").map(Approval.hold(reason:))
        }
        guard let scalar = values.text(value, "“approve”") else { return nil }
        let words = scalar.text.split(whereSeparator: \.isWhitespace).map { $0.lowercased() }
        switch words {
        case ["at", "once"]: return .atOnce
        case ["by", "hand"]: return .byHand
        case ["prepare", "only"]: return .prepareOnly
        case ["declined"]: return .declined
        case ["verdict", "ok"]: return .byVerdict(VerdictGate())
        default: break
        }
        if words.first == "verdict" { return verdict(words, scalar.text, at: value.place) }
        if words.count == 3, words[0] == "after", ["day", "days"].contains(words[2]),
            let days = ValueReader.digits(words[1])
        {
            if days <= Approval.maximumDays { return .afterDays(days) }
            values.list.error(
                value.place,
                "“after” takes at most \(Approval.maximumDays) days; for never, write “declined”")
            return nil
        }
        values.list.error(
            value.place,
            "“approve” cannot be “\(scalar.text.prefix(MappingReader.shownCharacters))”"
                + clause(for: scalar.text, words))
        return nil
    }

    /// `verdict ok or after 7 days`, with or without “after”.
    private func verdict(_ words: [String], _ text: String, at place: Place) -> Approval? {
        let days = words.count == 6 && words[3] == "after" ? words.dropFirst(4) : words.dropFirst(3)
        if words.prefix(3) == ["verdict", "ok", "or"], days.count == 2,
            days.last == "day" || days.last == "days",
            let count = days.first.flatMap({ ValueReader.digits($0) })
        {
            if count <= Approval.maximumDays { return .byVerdict(VerdictGate(orAfterDays: count)) }
            values.list.error(
                place,
                "“verdict ok or after” takes at most \(Approval.maximumDays) days; for never, write "
                    + "“verdict ok”")
            return nil
        }
        values.list.error(
            place,
            "“approve” cannot be “\(text.prefix(MappingReader.shownCharacters))”; write “verdict "
                + "ok”, or “verdict ok or after 7 days” with a number of days from 0 to "
                + "\(Approval.maximumDays)")
        return nil
    }

    /// What was meant: other words for the same, or the nearest.
    private func clause(for text: String, _ words: [String]) -> String {
        let others = [
            "now": "at once", "immediately": "at once", "yes": "at once", "true": "at once",
            "auto": "at once", "automatic": "at once", "manual": "by hand", "manually": "by hand",
            "no": "declined", "false": "declined", "never": "declined", "decline": "declined",
            "prepare": "prepare only", "ok": "verdict ok",
        ]
        if let other = others[words.joined(separator: " ")] { return "; did you mean “\(other)”?" }
        if words.first == "after" {
            return
                "; write a number of days from 0 to \(Approval.maximumDays), such as “after 7 days”"
        }
        return Guess.clause(for: text, of: Self.words)
    }
}

/// Approvals as policies write them, and as sentences say them.
enum ApprovalText {
    /// What stands after `approve:`; for a hold, its word.
    static func text(_ approval: Approval) -> String {
        switch approval {
        case .atOnce: "at once"
        case .afterDays(let days): "after \(days) \(days == 1 ? "day" : "days")"
        case .byVerdict(let gate):
            "verdict ok"
                + (gate.orAfterDays.map { " or after \($0) \($0 == 1 ? "day" : "days")" } ?? "")
        case .byHand: "by hand"
        case .prepareOnly: "prepare only"
        case .declined: "declined"
        case .hold: "hold"
        }
    }

    /// What has happened to an update that it denies.
    static func participle(_ approval: Approval) -> String {
        if case .hold = approval { return "held" }
        return "declined"
    }
}
