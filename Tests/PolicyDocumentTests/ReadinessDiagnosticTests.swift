import PolicyDocument
import Testing

/// What is said of the keys of `before` that the endpoint itself must fit when it begins.
@Suite struct `What an endpoint must be like is read` {
    @Test(
        arguments: [
            (
                "before: {power: battery}",
                "f:7:17: the power cannot be “battery”; known are mains"
            ),
            (
                "before: {people: gone}",
                "f:7:18: “people” cannot be “gone”; did you mean “none”?"
            ),
            (
                "before: {network: metered}",
                "f:7:19: the network cannot be “metered”; did you mean “unmetered”?"
            ),
            (
                "before: {load: 80}",
                "f:7:16: the load must be a share from 0% to 100%, not “80”; did you mean “80%”?"
            ),
            (
                "before: {load: 0%}",
                "f:7:16: the load must be from 1% to 100% of the processors, not 0%"
            ),
            (
                "before: {freeDisk: 2 Gb}",
                "f:7:20: “freeDisk” must be a whole number of MB, GB or TB, from 1 MB to 100 TB, such as 2 GB, not “2 Gb”"
            ),
            (
                "before: {freDisk: 2 GB}",
                "f:7:10: “before” has no key “freDisk”; did you mean “freeDisk”?"
            ),
        ] as [(String, String)])
    func `what is wrong with it is told where it stands`(_ line: String, _ message: String) {
        let found = read(smallest(adding: line)).diagnostics.map(\.description)
        #expect(found.contains(message), "\(found)")
    }
}
