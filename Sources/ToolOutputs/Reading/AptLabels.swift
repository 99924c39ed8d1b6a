/// The words in front of what apt says besides its answers. Up to apt 2 they are letters (`E:`), from
/// apt 3 on words of its languages.
enum AptLabels {
    /// Whether the line says that something went wrong: then the answer is not whole.
    static func isFault(_ text: String) -> Bool { faults.contains(text) }

    private static let faults = KnownLines(
        beginnings: [
            "E:", "Error:", "error:", "ERROR:", "FATAL:", "Chyba:", "Fehler:", "Erreur :",
            "Erreur:", "Earráid:", "Errore:", "Fout:", "Błąd:", "Erro:", "Eroare:", "Ошибка:",
            "Fel:", "错误：", "错误:",
        ],
        // What a shell says when it has no such program, in any language behind the name.
        endings: [": not found", ": command not found"])

    /// Warnings, notices and audits, which leave an answer as it is.
    static let remarks = [
        "W:", "N:", "A:", "Warning:", "Notice:", "Audit:", "Avís:", "Notificació:", "Auditoria:",
        "Varování:", "Upozornění:", "Warnung:", "Hinweis:", "Advertencia:", "Información:",
        "Auditoría:", "Attention :", "Notification :", "Audit :", "Rabhadh:", "Fógra:",
        "Attenzione:", "Avviso:", "Waarschuwing:", "Kennisgeving:", "Controle:", "Ostrzeżenie:",
        "Informacja:", "Audyt:", "Aviso:", "Nota:", "Avertisment:", "Aviz:", "Предупреждение:",
        "Уведомление:", "Аудит:", "Varning:", "Notis:", "Granskning:", "警告：", "注意：", "审计：",
    ]

    /// `Reading package lists... Done`, `Paketlisten werden gelesen… Fertig`.
    static func isProgress(_ text: String) -> Bool {
        guard let dots = text.firstRange(of: "...") ?? text.firstRange(of: "…") else {
            // Old versions have none behind two of these.
            return [
                "Reading package lists", "Building dependency tree", "Reading state information",
            ]
            .contains(text)
        }
        let rest = text[dots.upperBound...]
        return dots.lowerBound > text.startIndex && TextLines.words(rest).count <= 2
            && !rest.contains(":")
    }

    /// Whether the line begins a note of several lines: one word, in capital letters where its
    /// script has them, and a colon.
    static func isNote(_ text: String) -> Bool {
        let first = text.prefix { !" :：\t".contains($0) }
        let rest = TextLines.trimmed(text.dropFirst(first.count))
        guard rest.hasPrefix(":") || rest.hasPrefix("：") else { return false }
        if notes.contains(String(first)) { return true }
        return first.count > 1 && first.allSatisfy(\.isLetter) && first == first.uppercased()
            && first != first.lowercased()
    }

    private static let notes: Set<String> = ["注意", "알림", "หมายเหตุ", "Забележка", "Nota"]
}
