import CommandBasics
import Fleet
import Policy
import PolicyDocument
import Trust

/// A document that is shown to whoever is asked to sign it.
protocol ShownDocument: DocumentBody {
    /// What it says, line by line.
    var words: [String] { get }
}

/// Text of a document as it is shown: nothing in it moves the cursor, turns the direction of writing
/// or is hidden. What is to be signed comes from a server, which may be in the wrong hands.
enum VisibleText {
    static func of(_ text: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar == "\t" || !isHidden(scalar) {
                shown.append(scalar)
            } else {
                shown.append(
                    contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
                        .unicodeScalars)
            }
        }
        return String(shown)
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            true
        default: false
        }
    }
}

extension PolicySet: ShownDocument {
    var words: [String] {
        var lines: [String] = []
        for placed in policies {
            lines += ["", "# of the level \(placed.level.rawValue)"]
            lines += PolicyWriter.yaml(placed.policy).split(separator: "\n").map(String.init)
        }
        let share = Percentage(basisPoints: brake.shareBasisPoints)
        let whole = brake.endpoints.map { " of \($0)" } ?? ""
        return lines + [
            "",
            "One signature reaches at most \(share.map(\.description) ?? "") of the endpoints\(whole), and "
                + "\(brake.tenantsPerHour.counted("tenant")) in an hour; what goes further needs two.",
        ]
    }
}

extension Grant: ShownDocument {
    var words: [String] {
        var lines = ["Lane \(lane.rawValue), " + (ring.map { "ring \($0.text)" } ?? "no rings")]
        if let group = target.group {
            lines.append("Endpoints for which: \(group.description)")
        } else {
            let endpoints = target.endpoints ?? []
            lines.append("\(endpoints.count.counted("endpoint")):")
            lines += endpoints.map { "  \($0.text)" }
        }
        lines.append("\(updates.count.counted("update")), exactly:")
        lines += updates.map { "  \($0.words)" }
        return lines + [
            "Work begins from \(notBefore) on, and not at \(notAfter) or later; "
                + "\((tries ?? 1).counted("job")) at most on each endpoint.",
            "It reaches \(reach.endpoints) of \(reach.ofEndpoints.counted("endpoint")); approvals for "
                + "\(reach.tenantsInHour.counted("tenant")) were made within the hour, says the server.",
            "It holds under the policies with the digest \(policyDigest).",
        ]
    }
}

extension Grant.Update {
    fileprivate var words: String {
        var words =
            "\(package.manager.rawValue) \(package.name) (\(package.architecture)) "
            + (goesBack == true ? "BACK to \(version)" : version)
        if let replaces { words += " in the place of \(replaces)" }
        if let sha256 { words += ", file \(sha256)" }
        if let released { words += ", fix out since \(released)" }
        return words
    }
}

extension Hold: ShownDocument {
    var words: [String] {
        let reasons = ["Why: \(reason)"]
        guard !entries.isEmpty else {
            return ["Holds nothing: it lifts the former version of itself."] + reasons
        }
        return ["These are not installed, whatever is granted:"]
            + entries.map { entry in
                "  \(entry.manager.rawValue) \(entry.name) \(entry.version ?? "in every version")"
            } + reasons
    }
}

extension Duty: ShownDocument {
    var words: [String] {
        let opened = windows.map { $0.joined(separator: ", ") } ?? "each that needs somebody"
        return ["\(person) is on duty from \(from) until \(until).", "Windows: \(opened)"]
    }
}

extension Placement: ShownDocument {
    var words: [String] {
        entries.flatMap { entry -> [String] in
            let said: [(String, String?)] = [
                ("role", entry.role), ("tags", entry.tags.map { $0.joined(separator: ", ") }),
                ("tenant", entry.tenant), ("site", entry.site), ("site's zone", entry.siteZone),
                ("groups", entry.groups.map { $0.joined(separator: ", ") }),
                ("criticality", entry.criticality?.rawValue),
                ("exposed to the internet", entry.isExposed.map { $0 ? "yes" : "no" }),
            ]
            return [entry.endpoint.text]
                + said.compactMap { name, value in value.map { "  \(name): \($0)" } }
        }
    }
}

extension Script: ShownDocument {
    var words: [String] {
        let head = [
            "Endpoints run it with \(interpreter), for \(timeoutSeconds.counted("second")) at most.",
            "SHA-256: \(sha256)",
        ]
        guard let text else { return head + ["Its text is not in the document."] }
        return head + [""]
            + text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
    }
}

extension SignedRecipe: ShownDocument {
    var words: [String] {
        guard let recipe else { return ["Withdraws the recipe \(name)."] }
        let json = (try? JSONText.encode(recipe)) ?? ""
        return ["What endpoints find, download and install by it:"]
            + json.split(separator: "\n").map(String.init)
    }
}

extension AgentRelease: ShownDocument {
    var words: [String] {
        ["Agent \(number) for \(platform), \(bytes) bytes", "SHA-256: \(sha256)"]
    }
}
