import Advisories

/// The product tree of a CSAF document (section 3.2.2): products by their ids, and which product is
/// part of which.
struct ProductTree {
    /// A package in a distribution.
    struct Package {
        var home: PackageHome
        var name: String
        /// `nil` where the product is the package in any version.
        var version: String?
        var isSource: Bool
        var module: ModuleStream?
    }

    private struct Product {
        var name: String
        var cpe: String?
        var url: PackageURL?
    }

    private var products: [String: Product] = [:]
    /// Of a product made of two: the part, and what it is part of.
    private var parts: [String: (part: String, whole: String)] = [:]

    /// How often a relationship is followed: a package is part of a module, and that of a release.
    private static let longestChain = 4

    init(_ value: JSONValue?) throws {
        guard let value else { return }
        for branch in try value.array("branches") { add(branch: branch) }
        for product in try value.array("full_product_names") {
            add(product: product)
        }
        for relationship in try value.array("relationships") {
            guard let whole = relationship["full_product_name"],
                let id = whole.text("product_id"),
                let part = relationship.text("product_reference"),
                let base = relationship.text("relates_to_product_reference")
            else { throw RecordFault("a relationship without its products") }
            add(product: whole)
            parts[id] = (part, base)
        }
    }

    /// The document's limit of depth bounds this recursion.
    private mutating func add(branch: JSONValue) {
        if let product = branch["product"] { add(product: product) }
        for child in branch.list("branches") { add(branch: child) }
    }

    private mutating func add(product value: JSONValue) {
        guard let id = value.text("product_id") else { return }
        let identification = value["product_identification_helper"]
        products[id] = Product(
            name: value.text("name") ?? id, cpe: identification?.text("cpe"),
            url: identification?.text("purl").flatMap { PackageURL($0) })
    }

    /// The packages that a product is: none for a product that is a whole distribution or no
    /// software package.
    func packages(of id: String) -> [Package] {
        var part = id
        var homes: PackageHome?
        var module: ModuleStream?
        for _ in 0..<Self.longestChain {
            guard let relation = parts[part] else { break }
            // What it is part of is a release, or a module that is itself part of one.
            var whole = relation.whole
            for _ in 0..<Self.longestChain {
                if let home = home(of: whole) { homes = homes ?? home }
                guard let outer = parts[whole] else {
                    module = module ?? self.module(whole)
                    break
                }
                module = module ?? self.module(outer.part)
                whole = outer.whole
            }
            part = relation.part
        }
        module =
            module
            ?? products[part].flatMap {
                $0.url.flatMap(Self.module) ?? Self.label($0.name).module
            }
        guard let product = products[part], let home = homes ?? Self.own(product) else {
            return []
        }
        return package(product, home, module).map { [$0] } ?? []
    }

    /// The release that a product is.
    private func home(of id: String) -> PackageHome? {
        guard let product = products[id] else { return nil }
        return product.cpe.flatMap(ProductNames.home(cpe:))
            ?? ProductNames.home(name: product.name)
    }

    /// The home of a package that is in no relationship: Debian's and Ubuntu's URLs name it.
    private static func own(_ product: Product) -> PackageHome? {
        guard let url = product.url, url.type == "deb", let release = url["distro"] else {
            return nil
        }
        return url.namespace == "debian"
            ? DistributionNames.debian(release) : DistributionNames.ubuntu(release)
    }

    private func package(
        _ product: Product, _ home: PackageHome, _ module: ModuleStream?
    ) -> Package? {
        if let url = product.url, url.type == "rpm" || url.type == "deb" {
            let epoch = url["epoch"].flatMap { $0 == "0" ? nil : $0 + ":" } ?? ""
            // The label has the epoch even where the URL leaves it out.
            let label = Self.label(product.name).package
            let version = url.version.map { epoch + $0 }
            return Package(
                home: home, name: url.name,
                version: label?.name == url.name ? label?.version ?? version : version,
                isSource: url["arch"] == "src" || url["arch"] == "source", module: module)
        }
        if let label = Self.label(product.name).package {
            return Package(
                home: home, name: label.name, version: label.version,
                isSource: label.architecture == "src", module: module)
        }
        // A plain name is the package in any version.
        guard product.cpe == nil, !product.name.contains(" ") else { return nil }
        let isSource = product.name.hasSuffix(".src")
        let name = product.name.split(separator: "/").last.map(String.init) ?? product.name
        return Package(
            home: home, name: isSource ? String(name.dropLast(4)) : name, version: nil,
            isSource: isSource, module: module)
    }

    // MARK: Modules

    /// The package that a product's name is. Since 2024 Red Hat writes the stream of its module
    /// behind it: `ruby-0:3.1.4-142.module+el8.9.0+21471.x86_64 (ruby:3.1)`, in identifiers
    /// `….x86_64::ruby:3.1`; taken for a part of the version it could not be compared with any.
    private static func label(_ name: String) -> (package: RPMName?, module: ModuleStream?) {
        var stream: Substring?
        var text = name[...]
        if text.hasSuffix(")"), let mark = text.firstRange(of: " (") {
            stream = text[mark.upperBound...].dropLast()
            text = text[..<mark.lowerBound]
        } else if let mark = text.firstRange(of: "::") {
            stream = text[mark.upperBound...]
            text = text[..<mark.lowerBound]
        }
        return (RPMName(String(text)), stream.flatMap { module(label: String($0)) })
    }

    private func module(_ id: String) -> ModuleStream? {
        guard let product = products[id] else { return nil }
        return product.url.flatMap(Self.module) ?? Self.module(label: product.name)
    }

    /// `pkg:rpmmod/redhat/nodejs@18:8080020230717`, or a package's `rpmmod` qualifier.
    private static func module(_ url: PackageURL) -> ModuleStream? {
        if url.type == "rpmmod", let stream = url.version?.split(separator: ":").first {
            return ModuleStream(name: url.name, stream: String(stream))
        }
        return url["rpmmod"].flatMap { ModuleStream(label: $0) }
    }

    /// `nodejs:18:8080020230717:63b34585`
    private static func module(label: String) -> ModuleStream? {
        let parts = label.split(separator: ":")
        guard parts.count >= 2, parts.count <= 5, !label.contains(" "),
            parts.count < 3 || parts[2].allSatisfy(\.isNumber), !label.hasPrefix("cpe:"),
            !parts[0].contains("-0"), parts[0].first?.isLetter == true, RPMName(label) == nil
        else { return nil }
        return ModuleStream(label: label)
    }
}
