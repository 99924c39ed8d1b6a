/// The words of winget's tables and of its answers that hold no table, in the languages that it
/// speaks. Other languages are read by the shape of their tables.
enum WingetWords {
    /// What a column holds.
    enum Column { case name, id, version, available, source, other }

    /// The headings of name, identifier, version, available, source and match.
    static let headings: [[String]] = [
        ["Name", "Id", "Version", "Available", "Source", "Match"],
        ["Name", "ID", "Version", "Verfügbar", "Quelle", "Übereinstimmung"],
        ["Nombre", "Id", "Versión", "Disponible", "Origen", "Coincidencia"],
        ["Nom", "ID", "Version", "Disponible", "Source", "Correspondance"],
        ["Nome", "Id", "Versione", "Disponibile", "Origine", "Corrispondenza"],
        ["名前", "ID", "バージョン", "利用可能", "ソース", "一致"],
        ["이름", "장치 ID", "버전", "사용 가능", "원본", "일치"],
        ["Nome", "ID", "Versão", "Disponível", "Origem", "Correspondência"],
        ["Имя", "ИД", "Версия", "Доступно", "Источник", "Совпадение"],
        ["名称", "ID", "版本", "可用", "源", "匹配"],
        ["名稱", "識別碼", "版本", "可用", "來源", "相符"],
    ]

    /// In the order of the headings.
    static let columns: [Column] = [.name, .id, .version, .available, .source, .other]

    /// How the sentences begin that say that nothing was found.
    static let nothingFound = KnownLines(beginnings: [
        "No installed package", "No applicable upgrade", "No available upgrade",
        "No applicable update", "No package found", "Es wurde kein", "Kein verfügbares",
        "No se encontr", "No se ha encontrado", "Aucun package", "Aucune mise",
        "Mise à niveau disponible introuvable", "Non è stato trovato", "Non sono stati trovati",
        "入力条件に一致", "適用可能なアップグレードは", "利用可能なアップグレードが", "입력 조건과",
        "적용 가능한 업그레이드를", "사용 가능한 업그레이드를", "Nenhum pacote", "Nenhuma atualização",
        "Не найдены установленные", "Применимые обновления", "Доступные обновления не",
        "找不到", "未找到符合",
    ])

    /// What winget says around its tables in any language: how many packages there are, what to add
    /// to a command, who it is, and what its sources ask before their first use.
    static func isOwn(_ text: String) -> Bool {
        let beginnings = ["[Y] ", "Windows Package Manager v", "Copyright (c) Microsoft"]
        let parts = ["--include-", "https://", "`msstore`"]
        return beginnings.contains(where: text.hasPrefix) || parts.contains { text.contains($0) }
            || nothingFound.contains(text) || isCount(text)
    }

    /// A number of packages in front, at the end (`Доступны обновления: 4.`) or in parentheses.
    private static func isCount(_ text: String) -> Bool {
        guard !text.contains("  "), let first = text.first else { return false }
        let words = text.split(separator: " ")
        if first.isNumber, text.drop(while: \.isNumber).first == " " {
            return words.count >= 4 || ".。".contains(text.last ?? " ")
                || text.contains { DisplayWidth.of($0) == 2 }
        }
        if text.hasSuffix("."), words.dropLast().last?.hasSuffix(":") == true,
            Grammar.isNumber(words.last?.dropLast() ?? "")
        {
            return true
        }
        let counts = text.split { !$0.isNumber && $0 != "(" && $0 != ")" }
        return words.count >= 5
            && counts.contains { $0.hasPrefix("(") && $0.hasSuffix(")") && $0.count > 2 }
    }

    /// What cannot be the whole truth: an error of the sources, in any language with its code.
    static func isFault(_ text: String) -> Bool {
        text.hasPrefix("Failed ") || text.hasPrefix("<") || text.lowercased().contains("0x8")
            || text.contains("unexpected error")
    }
}
