import ArgumentParser
import CommandBasics
import Fleet
import Policy

/// What a command is told of endpoints that a scan does not know.
struct EndpointFactOptions: ParsableArguments {
    @Option(help: "A tag of the endpoints; may be given several times.")
    var tag: [String] = []

    @Option(help: "What the endpoints are for, such as server.")
    var role: String?

    @Option(
        help: ArgumentHelp(
            "Another fact: tenant, site, group, criticality (low, normal, high, critical) or "
                + "exposed (true, false); may be given several times.", valueName: "key=value"))
    var fact: [String] = []

    func validate() throws {
        var subject = EndpointSubject(key: "")
        do {
            try apply(to: &subject)
        } catch let problem as InventoryProblem {
            throw ValidationError("--fact: \(problem.reason).")
        }
    }

    /// Adds the facts to what an inventory says. A fact that is given replaces that of the
    /// inventory; tags and groups are added.
    func apply(to subject: inout EndpointSubject) throws {
        if !tag.isEmpty { subject.tags = (subject.tags ?? []).union(tag) }
        if let role { subject.role = role }
        for pair in fact {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw InventoryProblem("“\(pair.prefix(40))” is not key=value")
            }
            try Self.set(String(parts[0]), String(parts[1]), in: &subject)
        }
    }

    private static let keys = [
        "criticality", "exposed", "group", "role", "site", "tag", "tenant",
    ]

    /// Sets one fact.
    static func set(_ key: String, _ value: String, in subject: inout EndpointSubject) throws {
        switch key {
        case "role": subject.role = value
        case "site": subject.site = value
        case "tenant": subject.tenant = value
        case "tag": subject.tags = (subject.tags ?? []).union([value])
        case "group": subject.groups = (subject.groups ?? []).union([value])
        case "criticality":
            guard let criticality = Policy.Criticality(rawValue: value) else {
                let known = Policy.Criticality.allCases.map(\.rawValue).joined(separator: ", ")
                throw InventoryProblem("criticality is one of \(known), not “\(value.prefix(40))”")
            }
            subject.criticality = criticality
        case "exposed":
            guard let isExposed = Bool(value) else {
                throw InventoryProblem("exposed is true or false, not “\(value.prefix(40))”")
            }
            subject.isExposed = isExposed
        default:
            let guess = Spelling.nearest(to: key, among: keys).map { "; did you mean “\($0)”?" }
            throw InventoryProblem("there is no fact “\(key.prefix(40))”\(guess ?? "")")
        }
    }
}
