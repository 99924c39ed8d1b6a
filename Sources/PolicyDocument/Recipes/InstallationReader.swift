import Recipes

/// Reads `install:` of a recipe. What its parts must be together the recipe itself says.
struct InstallationReader {
    let values: ValueReader

    func installation(_ value: YAMLValue) -> Recipe.Installation? {
        guard var mapping = MappingReader(value, "“install”", values.list) else { return nil }
        let form = mapping.required("form", example: "tar.gz").flatMap {
            values.choice($0, "the form", as: Recipe.Installation.Form.self)
        }
        let from = mapping.required("from", example: "https://example.org/labtool.tar.gz").flatMap {
            values.sentence($0, "“from”")
        }
        let sha256 = mapping.required("sha256", example: String(repeating: "0", count: 64))
            .flatMap { values.sentence($0, "“sha256”") }
        let size = mapping.required("size", example: "1048576").flatMap {
            values.integer($0, "the size", in: 1...Int(Recipe.Installation.largestSize))
        }
        let versions = mapping.optional("versions").map { values.sentence($0, "“versions”") }
        let link = mapping.optional("link").map { values.sentence($0, "“link”") }
        let strip = mapping.optional("strip").map {
            values.integer($0, "“strip”", in: 0...Recipe.Installation.mostStripped)
        }
        let package = mapping.optional("package").map { values.sentence($0, "“package”") }
        let blocking = mapping.optional("blocking").map { names($0, "“blocking”") }
        let services = mapping.optional("services").map { names($0, "“services”") }
        mapping.finish()
        // What could not be read has been told.
        guard let form, let from, let sha256, let size, versions != .some(nil),
            link != .some(nil), strip != .some(nil), package != .some(nil),
            blocking != .some(nil), services != .some(nil)
        else { return nil }
        return Recipe.Installation(
            form, from: from, sha256: sha256, size: Int64(size), versions: versions ?? nil,
            link: link ?? nil, strip: strip ?? nil, package: package ?? nil,
            blocking: blocking ?? nil, services: services ?? nil)
    }

    private func names(_ value: YAMLValue, _ subject: String) -> [String]? {
        guard let elements = values.elements(value, subject, orSingle: true) else { return nil }
        let names = elements.compactMap { values.sentence($0, "a name in \(subject)") }
        return names.count == elements.count ? names : nil
    }
}
