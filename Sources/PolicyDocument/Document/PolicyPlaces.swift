import Policy

/// A policy, and where its parts stand in the file.
struct LocatedPolicy {
    var policy: PatchPolicy
    var places: PolicyPlaces
    var exceptions: [LocatedException] = []
}

/// Where the parts of a policy stand, for what is found only when all of it has been read.
struct PolicyPlaces {
    var start: Place
    var name: Place
    var applies: Place
    var inherits: Place
    var reboot: Place
    var before: Place
    var lanes: [Lane: Place] = [:]
    var rules: [RulePlaces] = []
    var windows: [String: Place] = [:]
    var rings: [String: Place] = [:]
    var ringElements: [PolicyName: [Place]] = [:]
    /// The windows that lanes name.
    var windowReferences: [(name: PolicyName, place: Place)] = []
    /// The rings that lanes name.
    var ringReferences: [(name: PolicyName, place: Place)] = []

    init(start: Place) {
        self.start = start
        name = start
        applies = start
        inherits = start
        reboot = start
        before = start
    }
}

/// Where the parts of a rule stand.
struct RulePlaces {
    var when: Place
    var lane: Place
}
