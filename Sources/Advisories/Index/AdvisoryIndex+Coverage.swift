extension AdvisoryIndex {
    /// Whether a feed speaks of where a package comes from: where none does, that nothing is found
    /// in it means nothing.
    ///
    /// A feed that speaks of products knows nothing of a package whose product is unknown.
    ///
    /// - Parameters:
    ///   - row: the package.
    ///   - isSystemCovered: whether a feed speaks of the release of the operating system.
    /// - Returns: whether it is covered.
    public func covers(_ row: SoftwareRow, isSystemCovered: Bool) -> Bool {
        guard let world = row.ecosystem else { return isSystemCovered }
        let isTold = !ProductIdentity.worlds.contains(world) || row.product != nil
        return isTold && speaks(of: .ecosystem(world))
    }

    /// Whether a feed speaks of what a vendor adds to the packages of a distribution: EPEL's, which
    /// the Fedora Project builds for the relatives of RHEL.
    public func covers(_ vendor: String, on platform: Platform) -> Bool {
        vendor.lowercased().contains("fedora project") && speaksOfEPEL(on: platform)
    }
}
