public import Administration
import Advisories
import ControlPlane
import Fleet
import ServerRecords

/// How long what is installed will be supported, and what is done about what is not.
public enum EndOfLifeRoutes {
    /// The names of the query's values that `report` reads.
    public static let queryParameters = [
        QueryParameter("tenant", .identifier("tnt"), "Only this tenant's."),
        QueryParameter(
            "within", .oneOf(["0", "90", "365"]),
            "Only what has ended (0), or ends within so many days too."),
    ]

    /// The report that a call's query asks for.
    ///
    /// - Throws: `Refusal` `E_MALFORMED`, which names the value that makes no sense.
    public static func report(_ call: Call) async throws -> EndOfLifeReport {
        let states: Set<EndOfLifeStatus.State>? = try call.queryValue("within") {
            [
                "0": [.ended], "90": [.ended, .within90Days],
                "365": [.ended, .within90Days, .within365Days],
            ][$0]
        }
        return try await call.useCases.endOfLife(
            by: try call.principal(), tenant: try call.queryIdentifier("tenant"), states: states)
    }

    static let all: [Route] = [
        Route(
            .get, "/api/v1/end-of-life", permission: .principal(.view),
            summary:
                "How long operating systems and applications will be supported, and what is done about those that are not.",
            query: queryParameters, response: .endOfLifeReport
        ) { call in .json(try await report(call)) },
        Route(
            .post, "/api/v1/end-of-life/answers", permission: .principal(.deploy),
            summary: "Says what is done about a product whose support ends, until when.",
            request: .newEndOfLifeAnswer, response: .endOfLifeItem
        ) { call in
            .json(
                try await call.useCases.answerEndOfLife(
                    try call.decode(), by: try call.principal()))
        },
    ]
}

extension EndOfLifeItem: ExportRow {
    static let columns = [
        "tenant", "product", "cycle", "state", "endsAt", "extendedUntil", "endpoints",
        "compliance", "sentence", "treatment", "until", "reason", "saidBy", "phases",
    ]

    var line: CSVLine {
        var line = CSVLine([
            tenant.text, product, cycle, state.rawValue, endsAt?.description ?? "",
            extendedUntil?.description ?? "",
        ])
        line.add(endpoints)
        for cell in [
            compliance.rawValue, sentence, answer?.treatment.rawValue ?? "",
            answer?.until.description ?? "", answer?.reason ?? "", answer?.saidBy ?? "",
            phases.words,
        ] {
            line.add(cell)
        }
        return line
    }
}

extension NamedSchema {
    private static let treatment = Schema.oneOf(
        EndOfLifeAnswer.Treatment.allCases.map(\.rawValue))
    static let supportPhase = Schema.object([
        "name": .string, "until": .optional(.time), "isOver": .boolean, "isForAll": .boolean,
    ])
    static let endOfLifeItem = NamedSchema(
        "EndOfLifeItem",
        [
            "tenant": .identifier("tnt"), "product": .string, "cycle": .string,
            "state": .oneOf(EndOfLifeStatus.State.allCases.map(\.rawValue)),
            "endsAt": .optional(.time), "extendedUntil": .optional(.time),
            "phases": .array(supportPhase), "endpoints": .integer,
            "answer": .optional(
                .object([
                    "tenant": .identifier("tnt"), "product": .string, "cycle": .string,
                    "treatment": treatment, "until": .time, "reason": .string,
                    "saidBy": .string, "saidAt": .time,
                ])),
            "compliance": .oneOf(Compliance.allCases.map(\.rawValue)), "sentence": .string,
        ])
    static let endOfLifeReport = NamedSchema(
        "EndOfLifeReport",
        [
            "items": .array(.named(endOfLifeItem)), "compliant": .integer,
            "nonCompliant": .integer, "unknown": .integer, "isComplete": .boolean,
        ])
    static let newEndOfLifeAnswer = NamedSchema(
        "NewEndOfLifeAnswer",
        [
            "tenant": .identifier("tnt"), "product": .string, "cycle": .string,
            "treatment": treatment, "until": .time, "reason": .string,
        ])
}
