import Administration
import Advisories
import ArgumentParser
import CommandBasics
import ControlPlane
import Fleet
import ServerRecords

/// `patchbay finding end-of-life`
struct EndOfLifeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end-of-life",
        abstract: "Show how long everything will be supported, or say what is done about it.",
        discussion: """
            A product whose support has ended is non-compliant unless somebody has said, until a \
            date, that it is being replaced, is isolated, has extended support, or that the risk is \
            accepted.

            Example: patchbay finding end-of-life --within 90
            Example: patchbay finding end-of-life --answer debian:10 --treatment replace \\
                         --until 2027-01-31 --reason "Moves to 13 in January" --tenant tnt_…
            """)
    @Option(help: "Only what has ended (0), or ends within 90 or 365 days.") var within: Int?
    @Option(help: "Only this tenant's; needed for an answer.") var tenant: String?
    @Option(help: "The product and cycle that are answered for, as product:cycle.")
    var answer: String?
    @Option(help: "replace, isolate, extendedSupport or exception.") var treatment: String?
    @Option(help: "Until when the answer counts: a day (UTC).") var until: String?
    @Option(help: "Why.") var reason: String?
    @OptionGroup var server: ServerOptions
    @OptionGroup var output: ListFormatOption

    func run() async throws {
        if let answer { return try await say(answer) }
        let query = [("within", within.map(String.init)), ("tenant", tenant)]
        if output.format == .csv {
            return try await server.writeExport(of: "end-of-life", query: query)
        }
        let report: EndOfLifeReport = try await server.withClient {
            try await $0.get("/api/v1/end-of-life", query: query)
        }
        try output.show(report, table: Self.text)
    }

    private func say(_ answer: String) async throws {
        let parts = answer.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let tenant, let treatment, let until else {
            throw ValidationError(
                "An answer needs product:cycle, --tenant, --treatment, --until and --reason.")
        }
        func wrong(_ option: String, _ value: String, _ nextStep: String) -> Failure {
            Failure(
                .wrongUse, "\(option) cannot be “\(Table.printable(value))”.", nextStep: nextStep,
                code: "E_MALFORMED")
        }
        guard let owner = TenantID(tenant) else {
            throw wrong("--tenant", tenant, "Give an identifier; patchbay tenant list lists them.")
        }
        guard let chosen = EndOfLifeAnswer.Treatment(rawValue: treatment) else {
            let known = EndOfLifeAnswer.Treatment.allCases.map(\.rawValue).joined(separator: ", ")
            throw wrong("--treatment", treatment, "It is one of: \(known).")
        }
        guard let end = Timestamp(until + "T23:59:59Z") ?? Timestamp(until) else {
            throw wrong("--until", until, "Give a day, such as 2027-03-31.")
        }
        let new = NewEndOfLifeAnswer(
            tenant: owner, product: parts[0], cycle: parts[1], treatment: chosen,
            until: end, reason: reason ?? "")
        let item: EndOfLifeItem = try await server.withClient {
            try await $0.post("/api/v1/end-of-life/answers", new)
        }
        try output.show(item) { "\($0.product) \($0.cycle): \($0.sentence)" }
    }

    private static func text(_ report: EndOfLifeReport) -> String {
        var table = Table(
            .text("PRODUCT"), .text("STATE"), .text("ENDS"), .text("SUPPORTS"),
            .number("ENDPOINTS"),
            .text("COMPLIANCE"), .text("WHY"))
        for item in report.items {
            table.add(
                "\(item.product) \(item.cycle)", item.state.rawValue,
                item.endsAt.map { String($0.description.prefix(10)) } ?? "", item.phases.words,
                "\(item.endpoints)", item.compliance.rawValue, item.sentence)
        }
        return [
            table.text(width: Terminal.width, empty: "Nothing is known of the end of support."),
            "Endpoints: \(report.compliant) compliant, \(report.nonCompliant) non-compliant, \(report.unknown) unknown.",
        ].joined(separator: "\n")
    }
}
