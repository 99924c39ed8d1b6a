public import Fleet

/// How an application that no package manager knows is found on an endpoint, and how its newest
/// version is brought in.
///
/// It is the value of a recipe's document, version 1; endpoints read it as JSON.
public struct Recipe: Hashable, Sendable, Codable {
    /// The version of the document that this is the value of.
    public static let documentVersion = "recipe/v1"

    /// Where the installed version is read.
    public struct VersionSource: Hashable, Sendable, Codable {
        /// A program and its arguments, which prints the version; no shell.
        public var program: [String]?
        /// A file that holds it.
        public var file: String?
        /// The line with the version: what stands around it, with one `*` in its place.
        public var pattern: String

        /// A program that prints the version.
        public init(program: [String], pattern: String = "*") {
            self.program = program
            self.pattern = pattern
        }

        /// A file that holds the version.
        public init(file: String, pattern: String = "*") {
            self.file = file
            self.pattern = pattern
        }
    }

    /// The name under which the application stands in inventories.
    public var name: String
    /// A name for people; `nil` when only the name is given.
    public var title: String?
    /// The newest version.
    public var version: String
    /// What the newest version is for.
    public var purpose: UpdateClass
    /// The file that is there when the application is.
    public var detect: String
    /// Where the installed version is read.
    public var installed: VersionSource
    /// How the newest version is brought in; `nil` where nothing of the recipe changes the endpoint.
    public var install: Installation?

    /// A recipe.
    public init(
        name: String, title: String? = nil, version: String, purpose: UpdateClass = .feature,
        detect: String, installed: VersionSource, install: Installation? = nil
    ) {
        self.install = install
        self.name = name
        self.title = title
        self.version = version
        self.purpose = purpose
        self.detect = detect
        self.installed = installed
    }

    /// The longest path or argument, in bytes.
    public static let longestText = 1_024
    /// The most arguments of a program.
    public static let mostArguments = 16

    /// What does not make sense in it, as a clause; `nil` when all does. What has no fault can be
    /// acted upon as it stands.
    public var fault: String? {
        if PackageName(name, of: .recipe) == nil {
            return "its name is not 1 to 64 of a-z, 0-9, - and ."
        }
        if !RecipeVersion.isVersion(version) { return "its version is none" }
        if let fault = Self.faultOfPath(detect) { return "“detect” \(fault)" }
        return installed.fault ?? install?.fault
    }

    /// Whether a text can be a recipe's name in a signed document.
    public static func isName(_ name: String) -> Bool {
        // A document's name is one byte shorter than a package's may be.
        PackageName(name, of: .recipe) != nil && name.utf8.count <= 63
    }

    static func faultOfPath(_ path: String) -> String? {
        guard path.hasPrefix("/") else { return "is not an absolute path" }
        guard path.utf8.count <= longestText, isPlain(path) else { return "is no path" }
        return path.split(separator: "/").contains("..") ? "leads back with “..”" : nil
    }

    static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}

extension Recipe.VersionSource {
    /// What does not make sense in it, as a clause.
    var fault: String? {
        switch (program, file) {
        case (let program?, nil):
            guard let path = program.first else { return "its program is missing" }
            if let fault = Recipe.faultOfPath(path) { return "its program \(fault)" }
            guard program.count <= Recipe.mostArguments else {
                return "its program has more than \(Recipe.mostArguments) arguments"
            }
            guard
                program.allSatisfy({ $0.utf8.count <= Recipe.longestText && Recipe.isPlain($0) })
            else { return "an argument of its program is too long, or holds a control character" }
        case (nil, let file?):
            if let fault = Recipe.faultOfPath(file) { return "its file \(fault)" }
        default:
            return "the version is read either from a program or from a file"
        }
        let stars = pattern.count { $0 == "*" }
        guard stars == 1, pattern.utf8.count <= Recipe.longestText, Recipe.isPlain(pattern) else {
            return "its pattern has not one “*” where the version stands"
        }
        return nil
    }
}
