import Advisories
import Fleet
import TestSupport
import Testing

@Suite struct `CVSS scores` {
    /// The worked examples of the version 2 guide (section 3.3), each without and with its
    /// environment.
    @Test(
        arguments: [
            ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", 7.8, 6.4, nil),
            ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 7.8, 6.4, 9.2),
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C", 10.0, 8.3, nil),
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", 10.0, 8.3, 9.0),
            ("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C", 6.2, 4.9, nil),
            (
                "AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", 6.2, 4.9,
                7.5
            ),
            ("AV:L/AC:H/Au:N/C:C/I:C/A:C/TD:N", 6.2, nil, 0.0),
            ("(AV:N/AC:L/Au:N/C:P/I:P/A:P)", 7.5, nil, nil),
            ("AV:L/AC:H/Au:M/C:N/I:N/A:P/AR:L", 0.8, nil, 0.0),
        ] as [(String, Double, Double?, Double?)])
    func `version 2 has its guide's scores`(
        text: String, base: Double, temporal: Double?, environmental: Double?
    ) throws {
        let vector = try CVSSVector(text)
        #expect(vector.version == .v2)
        #expect(vector.baseScore == base)
        #expect(vector.temporalScore == temporal)
        #expect(vector.environmentalScore == environmental)
        #expect(vector.score == environmental ?? temporal ?? base)
    }

    @Test(arguments: [
        ("AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1), ("AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
        ("AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1), ("AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
        ("AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2), ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
        ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8), ("AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:H", 8.6),
        ("AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8), ("AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
        ("AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
    ])
    func `versions 3 have one base score`(metrics: String, base: Double) throws {
        for prefix in ["CVSS:3.0/", "CVSS:3.1/"] {
            let vector = try CVSSVector(prefix + metrics)
            #expect(vector.baseScore == base)
            #expect(vector.score == base)
            #expect(vector.temporalScore == nil)
            #expect(vector.environmentalScore == nil)
        }
    }

    @Test(arguments: [
        ("AV:P/AC:H/PR:L/UI:R/S:U/C:L/I:L/A:L/E:H/RL:U/RC:U/MS:C/MC:H/MI:H/MA:H", 6.4, 6.5),
        ("AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H/MS:C", 9.9, 10.0),
        ("AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/MS:U", 9.8, 9.8),
        ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MC:N/MI:N/MA:N", 0.0, 0.0),
    ])
    func `versions 3.0 and 3.1 differ in the environment of a changed scope`(
        metrics: String, in30: Double, in31: Double
    ) throws {
        #expect(try CVSSVector("CVSS:3.0/" + metrics).environmentalScore == in30)
        #expect(try CVSSVector("CVSS:3.1/" + metrics).environmentalScore == in31)
    }

    @Test func `the temporal score is rounded up, not to the nearest`() throws {
        let vector = try CVSSVector("CVSS:3.0/AV:N/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:N/E:F/RL:X")
        #expect(vector.baseScore == 3.8)
        #expect(vector.temporalScore == 3.7)
        #expect(vector.score == 3.7)
    }

    /// Base metrics, further metrics, CVSS-B, the score of all.
    @Test(arguments: [
        ("AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "", 7.3, 7.3),
        ("AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "/E:U", 7.7, 5.2),
        ("AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N", "", 6.1, 6.1),
        ("AV:L/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "", 9.4, 9.4),
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "", 10.0, 10.0),
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "", 0.0, 0.0),
        ("AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N", "", 5.1, 5.1),
        ("AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", "/E:A", 8.8, 8.8),
        (
            "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N",
            "/CR:L/IR:H/AR:L/MAV:N/MAC:H/MVC:L/MVI:L/MVA:L", 8.8, 6.3
        ),
        ("AV:P/AC:H/AT:P/PR:L/UI:P/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "/MSI:S/U:Red", 7.3, 8.7),
        ("AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "/E:U/CR:L", 1.0, 0.1),
    ])
    func `version 4 is scored by macro vectors`(
        base: String, further: String, baseScore: Double, score: Double
    ) throws {
        let vector = try CVSSVector("CVSS:4.0/\(base)\(further)")
        #expect(vector.baseScore == baseScore)
        #expect(vector.score == score)
        #expect(vector.temporalScore == nil)
        #expect(vector.environmentalScore == nil)
    }

    @Test(arguments: [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Severity.critical),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", .important),
        ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", .moderate),
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", .low),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", .unrated),
    ])
    func `the rating is the scale's`(text: String, severity: Severity) throws {
        #expect(try CVSSVector(text).severity == severity)
    }
}

@Suite struct `What is a CVSS vector` {
    @Test(arguments: [
        ("CVSS:3.2/AV:N", CVSSError.Problem.unknownVersion, "CVSS:3.2"),
        ("CVSS:3.1/", .malformedField, ""), ("", .malformedField, ""),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", .missingMetric, "A"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", .malformedField, ""),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/AV:N", .repeatedMetric, "AV:N"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X", .unknownValue, "A:X"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:h", .unknownValue, "A:h"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/AT:N", .unknownMetric, "AT:N"),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/AH", .malformedField, "AH"),
        ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", .unknownMetric, "PR:N"),
        ("AV:N/AC:L/Au:N/C:P/I:P", .missingMetric, "A"),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:R/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", .unknownValue,
            "UI:R"
        ),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N", .unknownValue, "SI:S"),
    ])
    func `what breaks the rules is refused, with the place`(
        text: String, problem: CVSSError.Problem, part: String
    ) throws {
        let error = try #require(throws: CVSSError.self) { try CVSSVector(text) }
        #expect(error.problem == problem)
        #expect(error.part == part)
        #expect(error.description.contains(error.nextStep))
    }

    @Test func `an endless text is refused, and not repeated`() throws {
        let long = "CVSS:3.1/AV:N/" + String(repeating: "x", count: 100_000)
        let error = try #require(throws: CVSSError.self) { try CVSSVector(long) }
        #expect(error.problem == .tooLong)
        let wide = "CVSS:3.1/" + String(repeating: "x", count: 400)
        let other = try #require(throws: CVSSError.self) { try CVSSVector(wide) }
        #expect(other.problem == .malformedField)
        #expect(other.part.count == 40)
    }

    @Test func `the canonical text has the specification's order, and nothing undefined`() throws {
        let vector = try CVSSVector("CVSS:3.1/C:H/E:X/AV:N/RL:O/AC:L/PR:N/UI:N/S:U/I:H/A:H/MAV:X")
        #expect(vector.canonicalText == "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/RL:O")
        #expect(vector.environmentalScore == nil)
    }
}
