import Foundation
@testable import HTMLTree
import Policy
import PolicyDocument
import PolicyEditor
import PolicyForm
import TestSupport
import Testing

@testable import Administration
@testable import Dashboard

/// The page of the form holds every field of a policy: what a browser would send back from it is
/// what it was made from. So nothing that a policy says is lost on its way through the page.
struct PolicyFormTests {
    private static let examples: [String] = {
        let folder = Places.packageRoot.appending(path: "Examples/policies")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".yaml") }.sorted()
    }()

    @Test func `there are examples to try it with`() { #expect(Self.examples.count == 11) }

    @Test(arguments: examples)
    func `what the page would send back is the policy that it shows`(name: String) throws {
        let file = PolicyFile.read(
            Array(
                try Data(
                    contentsOf: Places.packageRoot.appending(path: "Examples/policies/\(name)"))),
            named: name)
        for policy in file.policies {
            let sheet = PolicySheet(policy, accepting: file.exceptions[policy.name] ?? [])
            let page = policyEditorPage(
                PolicyEditing(draft: PolicyDraft(yaml: "kept"), sheet: sheet),
                chrome: Samples.chrome("/policies/new"))
            let sent = page.sentFields.filter { !Self.besides.contains($0.name) }
            #expect(PolicySheet(fields: sent).document == sheet.document)
            #expect(PolicySheet(fields: sent).text == sheet.text)
            #expect(page.sentFields.contains { $0 == ("yaml", "kept") })
        }
    }

    /// What the page sends besides the fields of the policy.
    private static let besides: Set<String> = [
        "csrf", "yaml", "shape", "tenant", "place", "note", "version", "back", "do", "theme",
    ]

    @Test func `a text of several lines keeps them`() {
        var sheet = PolicySamples.sheet()
        sheet.make(.add(table: "exceptions"))
        sheet.root[table: "exceptions"][0]["reason"] = "\nOne.\nTwo <b>."
        let page = policyEditorPage(
            PolicyEditing(draft: PolicyDraft(yaml: ""), sheet: sheet),
            chrome: Samples.chrome("/policies/new"))
        #expect(
            page.sentFields.contains { $0 == ("exceptions.0.reason", "\nOne.\nTwo <b>.") })
    }

    @Test func `the return key checks, and does not remove the first row`() throws {
        let text = AllPages.text("policy-form")
        let form = try #require(text.range(of: "class=\"editor\""))
        let first = try #require(text[form.upperBound...].firstMatch(of: /<button [^>]*>/)).0
        #expect(first.contains("value=\"check\""))
    }

    @Test func `a fault stands beside its field, and the list of faults leads there`() {
        let text = AllPages.text("policy-form-faults")
        for field in ["applies", "rules.2.when", "freezes.0.from", "freezes.0.reason"] {
            #expect(text.contains("href=\"#\(field)\""), "\(field)")
            #expect(text.contains("id=\"\(field)-fault\""), "\(field)")
        }
        #expect(text.contains("did you mean “role”?"))
        #expect(!text.contains("Line "))
    }
}

extension PolicySheet {
    /// The fields in one text, to compare them.
    fileprivate var text: String {
        root.fields.filter { $0.name != "rings.per" && !$0.value.isEmpty }
            .map { "\($0.name)=\($0.value)" }
            .filter { field in
                // Choices always send something, also where it means nothing.
                !field.hasSuffix(".per=ring")
                    && ![".weekday=", ".ordinal="].contains { field.contains($0) }
            }
            .joined(separator: "\n")
    }
}

extension HTML {
    /// What a browser sends of the forms in this piece (HTML Living Standard, “constructing the
    /// entry list”), without what buttons add.
    var sentFields: [(name: String, value: String)] {
        switch self {
        case .text, .constant: return []
        case .group(let pieces): return pieces.flatMap(\.sentFields)
        case .element(let tag, let attributes, let pieces):
            let said = { (name: String) -> String? in
                attributes.first { "\($0.name)" == name }.flatMap {
                    if case .text(let text) = $0.value { text } else { nil }
                }
            }
            let has = { (name: String) in
                attributes.contains {
                    guard "\($0.name)" == name, case .present = $0.value else { return false }
                    return true
                }
            }
            switch "\(tag.name)" {
            case "input":
                guard let name = said("name") else { return [] }
                let isBox = said("type") == "checkbox"
                return isBox && !has("checked") ? [] : [(name, said("value") ?? "")]
            case "textarea":
                let text = HTML.group(pieces).plain
                return said("name").map {
                    [($0, text.hasPrefix("\n") ? String(text.dropFirst()) : text)]
                } ?? []
            case "select":
                let options = HTML.group(pieces).options
                let chosen = options.first(where: \.isSelected) ?? options.first
                return said("name").map { [($0, chosen?.value ?? "")] } ?? []
            default: return pieces.flatMap(\.sentFields)
            }
        }
    }

    private var plain: String {
        switch self {
        case .text(let text): text
        case .constant: ""
        case .group(let pieces), .element(_, _, let pieces): pieces.map(\.plain).joined()
        }
    }

    private var options: [(value: String, isSelected: Bool)] {
        switch self {
        case .text, .constant: return []
        case .group(let pieces): return pieces.flatMap(\.options)
        case .element(let tag, let attributes, let pieces):
            guard "\(tag.name)" == "option" else { return pieces.flatMap(\.options) }
            var value = ""
            var isSelected = false
            for attribute in attributes {
                if "\(attribute.name)" == "value", case .text(let text) = attribute.value {
                    value = text
                }
                if "\(attribute.name)" == "selected", case .present = attribute.value {
                    isSelected = true
                }
            }
            return [(value, isSelected)]
        }
    }
}
