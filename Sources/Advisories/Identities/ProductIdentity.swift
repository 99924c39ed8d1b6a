public import Versions

/// What vulnerability sources call the product that a package of winget, Homebrew or Chocolatey
/// installs.
///
/// NVD and CVE records speak of vendors and products, not of packages. Which is which stands in
/// `ProductTable`; a package that is not there stays unknown, since names that look alike are no
/// proof.
public struct ProductIdentity: Hashable, Sendable {
    /// How sure it is that what is said of the product holds for the package.
    public enum Confidence: String, Hashable, Sendable, CaseIterable {
        /// The package is the makers' own build, under the product's own versions.
        case makersBuild
        /// Others build the package from the product's source, under its versions: a build may
        /// leave out the vulnerable part, or mend it early.
        case othersBuild
    }

    /// The product, as `vendor:product` of its CPE name (NIST IR 7695), in lower case.
    public let product: String
    /// How sure it is.
    public let confidence: Confidence

    init(product: String, confidence: Confidence) {
        self.product = product
        self.confidence = confidence
    }

    /// The product of a package; `nil` where it is not known.
    public init?(package name: String, in ecosystem: String) {
        guard let known = ProductTable.standard.identity(of: name, in: ecosystem) else {
            return nil
        }
        self = known
    }

    /// The worlds whose packages are told by products.
    public static let worlds = ["winget", "homebrew", "chocolatey"]

    /// Those of them whose packages run on Windows.
    public static let windowsWorlds = ["winget", "chocolatey"]

    /// Whose order of versions holds in a world.
    public static func order(in world: String) -> Ecosystem {
        switch world {
        case "winget": .winget
        case "chocolatey": .nuget
        default: .generic
        }
    }

    /// The product by its CPE vendor and product, or by the names that a CVE record has for them;
    /// `nil` for one that no package of the table installs.
    public static func product(vendor: String, product: String) -> String? {
        ProductTable.standard.product(vendor: vendor, product: product)
    }

    /// The worlds that have a package of a product.
    public static func worlds(of product: String) -> [String] {
        ProductTable.standard.worlds(of: product)
    }

    /// Why a finding of the product is one of the package, as a sentence.
    public var sentence: String {
        switch confidence {
        case .makersBuild: "The feeds call this product \(product)."
        case .othersBuild:
            "The feeds call this product \(product); the package is built by others from its source, "
                + "which may differ."
        }
    }

    /// A package's version as the product's makers count: Homebrew adds its own revision
    /// (`3.4.0_1`) and parts of addresses (`1.2,345`), Git for Windows its own number.
    public static func productVersion(_ version: String, in ecosystem: String) -> String {
        guard ecosystem == "homebrew" else { return version }
        let base = version.prefix { $0 != "," }
        guard let mark = base.lastIndex(of: "_"), mark != base.startIndex,
            base.index(after: mark) != base.endIndex,
            base[base.index(after: mark)...].allSatisfy(\.isNumber)
        else { return String(base) }
        return String(base[..<mark])
    }
}

extension SoftwareRow {
    /// The product that the package installs, by the names of vulnerability sources; `nil` where
    /// that is not known.
    public var product: ProductIdentity? {
        ecosystem.flatMap { ProductIdentity(package: name, in: $0) }
    }
}
