import Fleet

/// How dnf 4 rates an advisory, in its languages: `Important/Sec.`, `Wichtig/Sicherheit`,
/// `Sécurité/Niveau important.`
enum DnfRatings {
    /// The rating in a row's label; `nil` where none of the words is known.
    static func severity(_ label: String) -> Severity? {
        let parts = label.lowercased().split(separator: "/").map { part in
            TextLines.trimmed(part.hasSuffix(".") ? part.dropLast() : part[...])
        }
        for part in parts {
            if let own = Severity(vendorWord: part), !part.isEmpty { return own }
            if let known = words.first(where: { $0.words.contains(part) }) { return known.severity }
        }
        return nil
    }

    private static let words: [(severity: Severity, words: Set<String>)] = [
        (
            .critical,
            [
                "crític", "kritická", "kritisk", "kritisch", "kritika", "crítico", "vakava",
                "niveau critique", "critic", "kritikus", "critico", "重大", "კრიტიკული", "심각",
                "kritiek", "ਗੰਭੀਰ", "krytyczne", "критические", "kritično", "kritik", "критичний",
                "严重", "嚴重",
            ]
        ),
        (
            .important,
            [
                "důležitá", "vigtig", "wichtig", "grava", "importante", "tärkeä",
                "niveau important", "impuartant", "fontos", "重要", "აუცილებელი", "중요",
                "belangrijk", "ਖਾਸ", "ważne", "важные", "pomembno", "viktig", "önemli", "високий",
            ]
        ),
        (
            .moderate,
            [
                "moderat", "střední", "mäßig", "meza", "moderado", "keskiv", "niveau modéré",
                "moderât", "közepes", "moderato", "中レベル", "საშუალო", "보통", "matig", "ਸਧਾਰਨ",
                "umiarkowanie ważne", "умеренные", "zmerno", "medel", "orta dereceli", "середній",
                "中危", "中度",
            ]
        ),
        (
            .low,
            [
                "baix", "nízká", "lav", "niedrig", "malalta", "bajo", "lievä", "niveau bas", "bas",
                "alacsony", "basso", "低レベル", "დაბალი", "낮음", "laag", "ਘੱਟ", "mniej ważne",
                "baixo", "низкие", "nizka", "låg", "düşük", "низький", "低危", "低度",
            ]
        ),
    ]
}
