import Fleet
public import Recipes

/// A file of recipes, read: the recipes in its order, and what is to be said about it.
public struct RecipeFile: Sendable {
    /// The recipes that could be read.
    public let recipes: [Recipe]
    /// Errors and warnings, in the order of the file.
    public let diagnostics: [Diagnostic]

    /// Whether the recipes may be used: no diagnostic is an error.
    public var isUsable: Bool { !diagnostics.contains { $0.severity == .error } }

    /// Reads a file's bytes. Everything that is wrong is found in one pass; `name` is what
    /// diagnostics call the file.
    public static func read(_ bytes: [UInt8], named name: String) -> RecipeFile {
        let list = DiagnosticList(file: name)
        guard let source = SourceText(bytes, list) else {
            return RecipeFile(recipes: [], diagnostics: list.inOrder)
        }
        let documents = YAMLComposer(source, list).documents()
        if documents.isEmpty, !list.hasErrors {
            list.error(.start, "the file holds no recipe")
        }
        let reader = RecipeReader(values: ValueReader(list: list))
        var recipes: [Recipe] = []
        for document in documents {
            guard let recipe = reader.recipe(document) else { continue }
            if recipes.contains(where: { $0.name == recipe.name }) {
                list.error(document.place, "the recipe “\(recipe.name)” stands twice in the file")
            }
            recipes.append(recipe)
        }
        return RecipeFile(recipes: recipes, diagnostics: list.inOrder)
    }
}

/// Reads one document of a file of recipes.
struct RecipeReader {
    let values: ValueReader

    private var list: DiagnosticList { values.list }

    func recipe(_ document: YAMLValue) -> Recipe? {
        guard var mapping = MappingReader(document, "the recipe", list) else { return nil }
        guard isRightVersion(&mapping) else {
            mapping.finishEarly()
            return nil
        }
        let name = mapping.required("name", example: "labtool").flatMap(self.name)
        let title = mapping.optional("title").flatMap { values.sentence($0, "the title") }
        let version = mapping.required("version", example: "2.0.1").flatMap(self.version)
        let purpose = mapping.optional("class").flatMap {
            values.choice($0, "the class", as: UpdateClass.self)
        }
        let detect = mapping.required("detect", example: "/opt/labtool/bin/labtool").flatMap {
            path($0, "“detect”")
        }
        let installed = mapping.required(
            "installed", example: "{file: /opt/labtool/VERSION}"
        ).flatMap(source)
        let install = mapping.optional("install").map {
            InstallationReader(values: values).installation($0)
        }
        mapping.finish()
        guard let name, let version, let detect, let installed, install != .some(nil) else {
            return nil
        }
        let recipe = Recipe(
            name: name, title: title, version: version, purpose: purpose ?? .feature,
            detect: detect, installed: installed, install: install ?? nil)
        guard let fault = recipe.fault else { return recipe }
        list.error(document.place, "the recipe cannot be used: \(fault)")
        return nil
    }

    private func isRightVersion(_ mapping: inout MappingReader) -> Bool {
        let version = Recipe.documentVersion
        guard let value = mapping.required("patchbay", example: version),
            let text = values.text(value, "“patchbay”")?.text
        else { return false }
        if text == version { return true }
        list.error(
            value.place, "“patchbay” must be “\(version)”, not “\(text.prefix(40))”")
        return false
    }

    private func name(_ value: YAMLValue) -> String? {
        guard let text = values.text(value, "the name")?.text else { return nil }
        if PackageName(text, of: .recipe) != nil { return text }
        list.error(
            value.place,
            "the name must be 1 to 64 of a-z, 0-9, - and ., not “\(text.prefix(40))”")
        return nil
    }

    private func version(_ value: YAMLValue) -> String? {
        guard let text = values.text(value, "the version")?.text else { return nil }
        if RecipeVersion.isVersion(text) { return text }
        list.error(
            value.place,
            "the version must begin with a digit and hold letters, digits and .+~:_- only, not "
                + "“\(text.prefix(40))”")
        return nil
    }

    private func path(_ value: YAMLValue, _ subject: String) -> String? {
        guard let text = values.sentence(value, subject) else { return nil }
        if text.hasPrefix("/") { return text }
        list.error(
            value.place, "\(subject) must be an absolute path, not “\(text.prefix(40))”")
        return nil
    }

    /// `installed: {program: [...], pattern}` or `{file, pattern}`
    private func source(_ value: YAMLValue) -> Recipe.VersionSource? {
        guard var mapping = MappingReader(value, "“installed”", list) else { return nil }
        let found = mapping.exactlyOne(of: ["program", "file"])
        let pattern = mapping.optional("pattern").map { self.pattern($0) }
        mapping.finish()
        guard let found, pattern != .some(nil) else { return nil }
        let text = pattern.flatMap { $0 } ?? "*"
        guard found.key == "program" else {
            return path(found.value, "the file").map { .init(file: $0, pattern: text) }
        }
        guard let elements = values.elements(found.value, "the program", orSingle: true) else {
            return nil
        }
        let words = elements.compactMap { values.text($0, "an argument")?.text }
        guard words.count == elements.count, let first = words.first else {
            list.error(found.value.place, "the program is empty")
            return nil
        }
        guard first.hasPrefix("/") else {
            list.error(
                elements[0].place,
                "the program must be an absolute path, not “\(first.prefix(40))”; there is no shell"
            )
            return nil
        }
        return .init(program: words, pattern: text)
    }

    private func pattern(_ value: YAMLValue) -> String? {
        guard let text = values.sentence(value, "the pattern") else { return nil }
        if text.count(where: { $0 == "*" }) == 1 { return text }
        list.error(
            value.place, "the pattern must hold one “*”, where the version stands")
        return nil
    }
}
