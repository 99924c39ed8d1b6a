/// A macro vector of CVSS v4.0: the levels of its six equivalence sets, 0 the worst (section 8.2).
struct CVSS4MacroVector {
    var eq1: Int
    var eq2: Int
    var eq3: Int
    var eq4: Int
    var eq5: Int
    var eq6: Int

    /// Its score in tenths; `nil` when there is no such macro vector. EQ3 at 2 leaves no loss that
    /// EQ6 at 0 could require.
    var score: Int? {
        guard eq1 < 3, eq2 < 2, eq3 < 3, eq4 < 3, eq5 < 3, eq6 < 2, eq3 < 2 || eq6 == 1 else {
            return nil
        }
        let row = Self.scores[(eq1 * 2 + eq2) * 3 + eq3]
        return eq3 == 2 ? row[eq4 * 3 + eq5] : row[(eq4 * 3 + eq5) * 2 + eq6]
    }

    /// The scores of the next lower macro vectors by EQ1, EQ2, EQ3 with EQ6, EQ4 and EQ5.
    var lowerScores: [Int?] {
        [
            lowered(\.eq1), lowered(\.eq2), lowerOfEQ3AndEQ6, lowered(\.eq4), lowered(\.eq5),
        ]
    }

    /// EQ3 and EQ6 depend on each other: where both could be lowered, the worse way counts.
    private var lowerOfEQ3AndEQ6: Int? {
        switch (eq3, eq6) {
        case (0, 0):
            [lowered(\.eq3), lowered(\.eq6)].compactMap { $0 }.max()
        case (1, 0): lowered(\.eq6)
        default: lowered(\.eq3)
        }
    }

    private func lowered(_ set: WritableKeyPath<CVSS4MacroVector, Int>) -> Int? {
        var lower = self
        lower[keyPath: set] += 1
        return lower.score
    }

    /// The worst vectors of the sets (section 8.3, tables 24 to 29).
    var worstOfEQ1: [String] {
        [
            ["AV:N/PR:N/UI:N"], ["AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"],
            ["AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P"],
        ][eq1]
    }

    var worstOfEQ2: [String] {
        [["AC:L/AT:N"], ["AC:H/AT:N", "AC:L/AT:P"]][eq2]
    }

    var worstOfEQ3AndEQ6: [String] {
        switch (eq3, eq6) {
        case (0, 0): ["VC:H/VI:H/VA:H/CR:H/IR:H/AR:H"]
        case (0, _): ["VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"]
        case (1, 0): ["VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"]
        case (1, _):
            [
                "VC:L/VI:H/VA:L/CR:H/IR:M/AR:H", "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M",
                "VC:H/VI:L/VA:H/CR:M/IR:H/AR:M", "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H",
                "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
            ]
        default: ["VC:L/VI:L/VA:L/CR:H/IR:H/AR:H"]
        }
    }

    var worstOfEQ4: [String] {
        [["SC:H/SI:S/SA:S"], ["SC:H/SI:H/SA:H"], ["SC:L/SI:L/SA:L"]][eq4]
    }

    /// How many steps lie between the worst and the best vector of a set, and one more.
    var depthOfEQ1: Int { [1, 4, 5][eq1] }
    var depthOfEQ2: Int { [1, 2][eq2] }
    var depthOfEQ3AndEQ6: Int {
        switch (eq3, eq6) {
        case (0, 0): 7
        case (0, _): 6
        case (1, _): 8
        default: 10
        }
    }
    var depthOfEQ4: Int { [6, 5, 4][eq4] }

    /// The scores in tenths, as published with the specification: a row for each EQ1, EQ2, EQ3, in
    /// it a column for each EQ4, EQ5, EQ6 (EQ6 is always 1 where EQ3 is 2).
    private static let scores: [[Int]] = [
        [100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68],
        [98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48],
        [92, 82, 72, 79, 69, 50, 69, 55, 27],
        [99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53],
        [95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30],
        [86, 75, 52, 71, 52, 29, 63, 29, 17],
        [98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49],
        [94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25],
        [83, 70, 54, 65, 58, 26, 53, 21, 13],
        [95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30],
        [89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16],
        [71, 59, 30, 58, 26, 15, 23, 13, 6],
        [93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22],
        [85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8],
        [64, 51, 20, 47, 21, 11, 24, 9, 4],
        [88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11],
        [75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2],
        [53, 24, 14, 24, 12, 5, 10, 3, 1],
    ]
}
