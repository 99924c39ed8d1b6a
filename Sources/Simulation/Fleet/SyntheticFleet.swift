public import Fleet

/// Made-up endpoints that look like a real Debian fleet: a few images, and on each endpoint a
/// little drift away from its image. The same seed makes the same fleet.
public struct SyntheticFleet: Sendable {
    /// How much of an image all images share, in percent: what every Debian system has is most of a
    /// server.
    private static let sharedPercent = 70
    /// How many patch levels of one package are about in a fleet at once.
    private static let patchLevels = 8
    /// How many updates an endpoint misses.
    private static let missingUpdates = 20

    /// Each image's packages, in canonical order.
    private let images: [[Package]]
    /// How many packages an endpoint has at another patch level than its image.
    private let drift: Int
    private let seed: UInt64

    /// A fleet of so many images, each of so many packages.
    public init(images: Int, packages: Int, drift: Int, seed: UInt64) {
        let shared = packages * Self.sharedPercent / 100
        let numbers = (0..<images).map { image in
            let own = (0..<packages - shared).map { shared + image * (packages - shared) + $0 }
            return Array(0..<shared) + own
        }
        self.init(numbers, drift: drift, seed: seed)
    }

    /// A fleet of images from small to large: all have what the smallest has most of, and the rest
    /// comes from one archive, which holds twice as many packages as the largest.
    public init(images: Int, packages: ClosedRange<Int>, drift: Int, seed: UInt64) {
        let shared = packages.lowerBound * Self.sharedPercent / 100
        let growth = packages.upperBound - packages.lowerBound
        let numbers = (0..<images).map { image in
            var generator = SeededGenerator(seed, UInt64(image))
            let size = packages.lowerBound + growth * image / max(1, images - 1)
            var chosen = Set(0..<shared)
            while chosen.count < size {
                chosen.insert(Int.random(in: 0..<packages.upperBound * 2, using: &generator))
            }
            return chosen.sorted()
        }
        self.init(numbers, drift: drift, seed: seed)
    }

    private init(_ images: [[Int]], drift: Int, seed: UInt64) {
        self.images = images.enumerated().map { image, numbers in
            Inventory(numbers.map { Self.package($0, image: image, seed: seed) }).packages
        }
        self.drift = min(drift, images.map(\.count).min() ?? 0)
        self.seed = seed
    }

    /// What is installed on an endpoint after so many changes. Each change moves one package.
    public func inventory(of endpoint: Int, changes: Int) -> Inventory {
        var packages = images[endpoint % images.count]
        guard !packages.isEmpty else { return Inventory(sorted: []) }
        var generator = SeededGenerator(seed, UInt64(endpoint))
        for _ in 0..<drift + changes {
            let place = Int.random(in: packages.indices, using: &generator)
            let level = Int.random(in: 1...Self.patchLevels, using: &generator)
            packages[place].setPatchLevel(level)
        }
        return Inventory(sorted: packages)
    }

    /// Everything else that a scan of an endpoint shows.
    public func posture(of endpoint: Int) -> Posture {
        let packages = images[endpoint % images.count]
        return Posture(
            endpoint: facts(of: endpoint),
            sources: [
                SourceState(name: "http://deb.example.org/debian bookworm main", state: .ok),
                SourceState(
                    name: "http://deb.example.org/debian-security bookworm-security main",
                    state: .ok),
            ],
            updates: packages.prefix(Self.missingUpdates).map { Self.update(of: $0) },
            reboot: RebootState(), restarts: [])
    }

    /// Who the endpoint is.
    public func facts(of endpoint: Int) -> EndpointFacts {
        var generator = SeededGenerator(~seed, UInt64(endpoint))
        let name = "sim-\(String(UInt64(seed), radix: 36))-\(endpoint)"
        let bytes = [16, 8, 0].map { String((endpoint >> $0) & 255) }.joined(separator: ".")
        return EndpointFacts(
            hostname: name,
            os: OperatingSystem(
                id: "debian", versionId: "12", name: "Debian GNU/Linux 12 (bookworm)",
                codename: "bookworm"),
            kernel: "6.1.0-28-amd64", bootId: Self.hexadecimal(generator.next(), generator.next()),
            timeZone: "Etc/UTC", architecture: "amd64",
            hardware: Hardware(processorCount: 2, memoryBytes: 4 << 30),
            virtualization: Virtualization(kind: "kvm"),
            disks: [Disk(mountPoint: "/", freeBytes: 10 << 30, totalBytes: 20 << 30)],
            machineFingerprint: Self.hexadecimal(generator.next(), generator.next()),
            identity: MachineIdentity(
                fullName: "\(name).example.org", addresses: ["10.\(bytes)"],
                serialNumber: "SIM\(String(UInt64(seed), radix: 36).uppercased())-\(endpoint)"))
    }

    // MARK: - Parts

    private static func package(_ number: Int, image: Int, seed: UInt64) -> Package {
        // Most images have a package at the same version; some are behind.
        var generator = SeededGenerator(seed &+ UInt64(number % 7 == 0 ? image : 0), UInt64(number))
        let name = name(number)
        let version = "\(generator.next() % 9).\(generator.next() % 30).\(generator.next() % 12)-"
        var package = Package(
            manager: .apt, name: name, version: version + "1+deb12u1",
            architecture: number % 5 == 0 ? "all" : "amd64",
            source: number % 3 == 0 ? "\(name)-src" : name, sourceVersion: version + "1+deb12u1")
        package.setPatchLevel(Int(generator.next() % UInt64(patchLevels)) + 1)
        return package
    }

    /// A name that fits Debian Policy 5.6.1, another for every number.
    private static func name(_ number: Int) -> String {
        let kinds = ["lib", "python3-", "node-", "ruby-", "golang-", "fonts-", ""]
        let syllables = [
            "ba", "ko", "ri", "tes", "ul", "mo", "gra", "pi", "sha", "net", "zor", "dex",
        ]
        var text = kinds[number % kinds.count]
        var rest = number
        for _ in 0..<3 {
            text += syllables[rest % syllables.count]
            rest /= syllables.count
        }
        return text + "\(number)"
    }

    private static func update(of package: Package) -> Update {
        var newer = package
        newer.setPatchLevel(patchLevels + 1)
        return Update(
            manager: .apt, name: package.name, architecture: package.architecture,
            installed: package.version, candidate: newer.version, classes: [.security],
            origin: "Debian-Security:12/stable-security", installability: .installable,
            bytes: 250_000)
    }

    private static func hexadecimal(_ numbers: UInt64...) -> String {
        numbers.map { number in
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension Package {
    /// Puts the number behind `+deb12u`, in the source's version too.
    fileprivate mutating func setPatchLevel(_ level: Int) {
        let mark = "+deb12u"
        guard let place = version.range(ofASCII: mark) else { return }
        version = version[..<place] + mark + "\(level)"
        sourceVersion = version
    }
}

extension String {
    /// Where an ASCII text begins in this one.
    fileprivate func range(ofASCII text: String) -> Index? {
        var place = startIndex
        while place < endIndex {
            if self[place...].hasPrefix(text) { return place }
            place = index(after: place)
        }
        return nil
    }
}

/// Numbers that follow from a seed (SplitMix64, by Sebastiano Vigna), so that a run can be
/// repeated.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// A sequence of its own for each pair.
    public init(_ seed: UInt64, _ stream: UInt64) {
        state = seed
        state ^= next() &+ stream &* 0xD1B5_4A32_D192_ED03
    }

    /// The next number.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
