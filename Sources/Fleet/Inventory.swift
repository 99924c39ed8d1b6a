/// The installed packages of one endpoint in canonical order: two endpoints with the same software
/// have the same inventory.
public struct Inventory: Hashable, Sendable {
    /// Sorted by package key; no key stands twice.
    public let packages: [Package]

    /// The most packages that are taken: several times the largest real system seen (about 6,000).
    public static let maximumPackages = 50_000

    /// Puts packages in order. Of two with the same key (a half-removed duplicate), the later in
    /// the input stands.
    public init(_ packages: [Package]) {
        // What was stored or sent as an inventory comes in order.
        if zip(packages, packages.dropFirst()).allSatisfy({ $0.precedes($1) }) {
            self.packages = packages
            return
        }
        var byKey: [PackageKey: Package] = [:]
        byKey.reserveCapacity(packages.count)
        for package in packages { byKey[package.key] = package }
        self.packages = byKey.values.sorted { $0.precedes($1) }
    }

    /// Takes packages that are in canonical order already, without duplicates: the caller has
    /// checked that.
    public init(sorted packages: [Package]) {
        self.packages = packages
    }

    /// The bytes that the digest is taken of: one line a package, its fields separated by tabs, in
    /// canonical order. The seventh field, the module, is there only where there is one, so that the
    /// digests of all others are those of before modules were told.
    ///
    /// Where a package can be had (`origin`) is left out: it changes when an index is refreshed,
    /// not when software changes.
    public var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(packages.count * 64)
        for package in packages {
            for field in [
                package.manager.rawValue, package.name, package.architecture, package.version,
                package.source,
            ] {
                bytes.append(contentsOf: field.utf8)
                bytes.append(0x09)
            }
            bytes.append(contentsOf: package.sourceVersion.utf8)
            if let module = package.module {
                bytes.append(0x09)
                bytes.append(contentsOf: module.utf8)
            }
            bytes.append(0x0A)
        }
        return bytes
    }

    /// What has to be done to `base` to make this inventory of it.
    public func delta(from base: Inventory) -> InventoryDelta {
        var old: [PackageKey: Package] = [:]
        for package in base.packages { old[package.key] = package }
        var changed: [Package] = []
        for package in packages {
            let before = old.removeValue(forKey: package.key)
            if before != package { changed.append(package) }
        }
        return InventoryDelta(changed: changed, removed: old.keys.sorted())
    }

    /// The inventory that a delta makes of this one.
    public func applying(_ delta: InventoryDelta) -> Inventory {
        let removed = Set(delta.removed)
        return Inventory(packages.filter { !removed.contains($0.key) } + delta.changed)
    }
}

/// The difference between two inventories.
public struct InventoryDelta: Hashable, Sendable, Codable {
    /// Packages that are new or have another version.
    public var changed: [Package]
    /// Packages that are gone.
    public var removed: [PackageKey]

    /// A difference.
    public init(changed: [Package], removed: [PackageKey]) {
        self.changed = changed
        self.removed = removed
    }

    /// Whether nothing changed.
    public var isEmpty: Bool { changed.isEmpty && removed.isEmpty }
}
