extension Scenario {
    static let hostile: [Scenario] = []
}
