import Fleet
import Policy

/// A field whose comparisons can be said in plain words.
protocol SpokenField: ExpressionField {
    /// What is compared, as the subject of a sentence: “its role”.
    var noun: String { get }
    /// How it is said that a field with several values, or of yes and no, has one; `nil` for
    /// others.
    func having(_ value: String, _ holds: Bool) -> String?
}

/// Conditions in plain words, for people who do not write policies.
enum ConditionSentence {
    /// A condition as a clause: “its role is server and it has the tag production”.
    static func clause<Field: SpokenField>(_ expression: PolicyExpression<Field>) -> String {
        clause(expression.root, holds: true)
    }

    private static func clause<Field: SpokenField>(
        _ term: PolicyExpression<Field>.Term, holds: Bool
    ) -> String {
        switch term {
        case .always: return holds ? "in every case" : "in no case"
        case .test(let test): return clause(test, holds)
        case .not(let inner):
            if case .test(let test) = inner { return clause(test, !holds) }
            return "it is not so that " + clause(inner, holds: true)
        case .all(let parts):
            return list(
                parts.map { part in
                    guard case .any = part else { return clause(part, holds: true) }
                    return "either " + clause(part, holds: true)
                }, "and")
        case .any(let parts): return list(parts.map { clause($0, holds: true) }, "or")
        }
    }

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ parts: [String], _ word: String) -> String {
        guard parts.count > 1, let last = parts.last else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " \(word) " + last
    }

    private static func clause<Field: SpokenField>(_ test: FieldTest<Field>, _ holds: Bool)
        -> String
    {
        let values = test.values.map { value($0, of: test.field) }
        let isEqual = test.comparator == .notEqual ? !holds : holds
        if test.comparator != .glob, let said = having(test.field, values, isEqual) { return said }
        let word =
            switch test.comparator {
            case .equal, .oneOf, .notEqual: isEqual ? "is" : "is not"
            case .glob: holds ? "fits the pattern" : "does not fit the pattern"
            case .less: holds ? "is below" : "is not below"
            case .lessOrEqual: holds ? "is at most" : "is above"
            case .greater: holds ? "is above" : "is at most"
            case .greaterOrEqual: holds ? "is at least" : "is below"
            }
        return "\(test.field.noun) \(word) \(list(values, "or"))"
    }

    private static func having<Field: SpokenField>(
        _ field: Field, _ values: [String], _ holds: Bool
    ) -> String? {
        let said = values.compactMap { field.having($0, holds) }
        guard said.count == values.count, !said.isEmpty else { return nil }
        return list(said, holds ? "or" : "and")
    }

    private static func value(_ literal: Literal, of field: some SpokenField) -> String {
        switch (literal, field.kind) {
        case (.text(let text), _): text
        case (.word(let place), .words(let words)), (.word(let place), .wordSet(let words)):
            words.words.indices.contains(place) ? words.words[place] : ""
        case (.number(let number), .duration):
            TimeSpan(seconds: Int64(number))?.inWords ?? "\(number) seconds"
        case (.number(let number), .bytes): size(number)
        case (.number(let number), .number(0...1)): share(number)
        case (.number, _), (.word, _): literal.description
        }
    }

    private static func share(_ number: Double) -> String {
        let percent = Percentage(basisPoints: Int((number * 10_000).rounded()))
        return percent?.description ?? "\(number)"
    }

    private static func size(_ bytes: Double) -> String {
        let units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]
        guard let (unit, factor) = units.first(where: { bytes >= $0.1 }) else {
            return "\(Int64(bytes)) bytes"
        }
        let tenths = Int64((bytes / factor * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}

extension EndpointField: SpokenField {
    var noun: String {
        switch self {
        case .endpoint: "its identifier"
        case .role: "its role"
        case .tag: "its tag"
        case .tenant: "its tenant"
        case .site: "its site"
        case .group: "its group"
        case .hostname: "its name"
        case .os: "its operating system"
        case .osFamily: "its family of operating systems"
        case .osVersion: "its system's version"
        case .osCodename: "its system's code name"
        case .osName: "its system's full name"
        case .kernel: "its kernel"
        case .architecture: "its architecture"
        case .virtual: "being virtual"
        case .virtualization: "what it runs in"
        case .container: "being a container"
        case .criticality: "its criticality"
        case .exposed: "being exposed"
        case .manager: "its package manager"
        case .memory: "its memory"
        case .processors: "its number of processors"
        case .timezone: "its time zone"
        }
    }

    func having(_ value: String, _ holds: Bool) -> String? {
        let isSo = holds == (value == "true")
        switch self {
        case .tag: return "it has \(holds ? "the" : "not the") tag \(value)"
        case .group: return "it \(holds ? "belongs" : "does not belong") to the group \(value)"
        case .manager: return "it \(holds ? "has" : "does not have") the package manager \(value)"
        case .exposed: return "it can\(isSo ? "" : "not") be reached from the internet"
        case .virtual: return "it is \(isSo ? "a" : "no") virtual machine or container"
        case .container: return "it is \(isSo ? "a" : "no") container"
        default: return nil
        }
    }
}

extension UpdateField: SpokenField {
    var noun: String {
        switch self {
        case .kev: "being exploited"
        case .epss: "the probability that it is exploited (EPSS)"
        case .ssvc: "its SSVC decision"
        case .cvss: "its CVSS score"
        case .cve: "the vulnerability that it closes"
        case .class: "its class"
        case .severity: "its severity"
        case .package: "its package"
        case .source: "its source package"
        case .origin: "its origin"
        case .manager: "its package manager"
        case .architecture: "its architecture"
        case .version: "its version"
        case .age: "the time that the fix has been out"
        case .bytes: "its download"
        case .installability: "its standing with the package manager"
        case .family: "its advisory"
        case .wayBack: "its way back"
        }
    }

    func having(_ value: String, _ holds: Bool) -> String? {
        let isSo = holds == (value == "true")
        switch self {
        case .kev:
            return
                "it closes \(isSo ? "a" : "no") vulnerability that is known to be exploited (KEV)"
        case .class: return "it is \(holds ? "a" : "no") \(value) update"
        case .cve: return "it \(holds ? "closes" : "does not close") \(value)"
        case .wayBack:
            let canGoBack = holds == (value == WayBack.packageDowngrade.rawValue)
            return canGoBack
                ? "it can be undone by the package before it" : "there is no way back from it"
        default: return nil
        }
    }
}
