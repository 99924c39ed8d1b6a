extension FleetIndex {
    /// Every distinct row, whether or not an endpoint has it now.
    public var allSoftware: [SoftwareNumber] {
        (0..<softwareCount).map { SoftwareNumber(value: Int32(truncatingIfNeeded: $0)) }
    }
}
