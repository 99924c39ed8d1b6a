package import AdvisoryFormats
package import Fleet
package import ServerRecords

/// What a record names its machine by.
package struct MachineNames: Sendable {
    /// In lower case, without a full stop at the end.
    package private(set) var hosts: [String] = []
    package private(set) var addresses: [NetworkAddress] = []
    /// Serial numbers and identifiers of the hardware, in lower case.
    package private(set) var numbers: [String] = []
    /// Whether it names an address that every machine has (loopback, link-local).
    package private(set) var hasLocalAddress = false
    /// As the report writes the first of them.
    package private(set) var first = ""

    /// What a scanner's record names.
    package init(_ record: ScannerRecord) {
        for host in record.hosts { add(host) }
        // One cell may list all addresses of a machine.
        for text in record.address.split(whereSeparator: { ", ;|".contains($0) }) {
            add(String(text))
        }
        if let number = MachineIdentity.plainNumber(record.serialNumber) {
            numbers.append(number.lowercased())
            if first.isEmpty { first = number }
        }
    }

    /// What a person calls a machine: a name or an address.
    package init(naming machine: String) { add(machine) }

    /// Whether it names nothing.
    package var isEmpty: Bool {
        hosts.isEmpty && addresses.isEmpty && numbers.isEmpty && !hasLocalAddress
    }

    private mutating func add(_ text: String) {
        if text.isEmpty { return }
        if first.isEmpty { first = text }
        if let address = NetworkAddress(text) {
            if address.tellsMachine { addresses.append(address) } else { hasLocalAddress = true }
        } else {
            hosts.append((text.hasSuffix(".") ? String(text.dropLast()) : text).lowercased())
        }
    }
}

/// Endpoints by what they are known by.
package struct EndpointBook: Sendable {
    /// What told an endpoint.
    package enum Mark: String, Sendable {
        case name, address
        case number = "serial number"
    }

    /// What comes of looking for a machine.
    package enum Match: Sendable {
        case found(EndpointName, by: Mark)
        case none
        case several(Int, of: Mark)
    }

    private var byFullName: [String: [EndpointName]] = [:]
    private var byName: [String: [EndpointName]] = [:]
    private var byShortName: [String: [EndpointName]] = [:]
    private var byAddress: [NetworkAddress: [EndpointName]] = [:]
    private var byNumber: [String: [EndpointName]] = [:]

    /// Knows nobody yet.
    package init() {}

    /// Takes an endpoint.
    package mutating func add(_ endpoint: EndpointName) {
        let name = endpoint.name.lowercased()
        byName[name, default: []].append(endpoint)
        byShortName[Self.short(name), default: []].append(endpoint)
        guard let identity = endpoint.identity else { return }
        if let full = identity.fullName, full != name {
            byFullName[full, default: []].append(endpoint)
        }
        for address in Set(identity.addresses.compactMap({ NetworkAddress($0) })) {
            byAddress[address, default: []].append(endpoint)
        }
        let numbers = [identity.serialNumber, identity.firmwareId].compactMap { $0?.lowercased() }
        for number in Set(numbers) { byNumber[number, default: []].append(endpoint) }
    }

    /// The endpoint that is meant: told by its name, else by its address, else by the number of its
    /// hardware. What several endpoints have tells none of them: the next mark is asked, and if none
    /// tells, it is said.
    package func match(_ asked: MachineNames) -> Match {
        var unclear: Match?
        for mark in [Mark.name, .address, .number] {
            let found = candidates(asked, mark).filter { !$0.isEmpty }
            let telling = found.filter { $0.count == 1 }.compactMap(\.first)
            let distinct = Set(telling.map(\.id)).count
            // Names stand in the order in which they tell most; addresses are all alike.
            if let first = telling.first, mark == .name || distinct == 1 {
                return .found(first, by: mark)
            }
            let most = max(distinct, found.map(\.count).max() ?? 0)
            if most > 1, unclear == nil { unclear = .several(most, of: mark) }
        }
        return unclear ?? .none
    }

    private func candidates(_ asked: MachineNames, _ mark: Mark) -> [[EndpointName]] {
        switch mark {
        case .name: asked.hosts.map(named)
        case .address: asked.addresses.map { byAddress[$0] ?? [] }
        case .number: asked.numbers.map { byNumber[$0] ?? [] }
        }
    }

    /// Endpoints of a name: of the full name first, then the name itself, else its first label
    /// where one of the two is nothing more, and no other full name is known.
    private func named(_ host: String) -> [EndpointName] {
        let whole = (byFullName[host] ?? []) + (byName[host] ?? [])
        if !whole.isEmpty { return whole }
        return (byShortName[Self.short(host)] ?? []).filter { endpoint in
            guard host.contains(".") else { return true }
            return !endpoint.name.contains(".") && (endpoint.identity?.fullName ?? host) == host
        }
    }

    private static func short(_ name: String) -> String { String(name.prefix { $0 != "." }) }
}
