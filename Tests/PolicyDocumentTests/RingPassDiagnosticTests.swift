import PolicyDocument
import Testing

/// What is said of a ring that must come first, when it is read.
@Suite struct `A ring that must come first is read` {
    @Test(
        arguments: [
            (
                "before: {passed: lab, passedFor: 3d, stack: postgresql-*}",
                "f:7:1: warning: no policy here has a ring “lab”, and until one does nothing is installed; check its file together with this one"
            ),
            (
                "before: {passedFor: 3d}",
                "f:7:10: “passedFor” needs “passed”, the ring that verifies updates first"
            ),
            (
                "before: {passed: lab, passedFor: 100d}",
                "f:7:34: “passedFor” must be from 1m to 92d, not 100d"
            ),
            (
                "before: {passed: lab, stack: [-x]}",
                "f:7:31: the package must be a name without blanks and slashes, not “-x”"
            ),
        ] as [(String, String)])
    func `what is wrong with it is told where it stands`(_ line: String, _ message: String) {
        let found = read(smallest(adding: line)).diagnostics.map(\.description)
        #expect(found.contains(message), "\(found)")
    }
}
