import Fleet
import Policy
import PolicyDocument
import TestSupport
import Testing

/// What the lanes of a policy name.
struct ReferenceTests {
    private func messages(_ text: String) -> [String] {
        read(text).diagnostics.map(\.description)
    }

    @Test
    func `a window and rings that are named must be there, and those that are there be named`() {
        #expect(
            messages(smallest(lane: "[v]")) == [
                "f:4:29: there is no window “v”; did you mean “w”?",
                "f:6:11: warning: no lane uses the window “w”",
            ])
        #expect(
            messages(smallest(lane: "[routine]")).contains(
                "f:4:29: there is no window “routine”; known are w"))
        #expect(
            messages(smallest(lane: "[w], rings: fst")).contains(
                "f:4:40: there is no list of rings “fst”"))
        #expect(
            messages(smallest(adding: "rings: {r: [{name: a, members: rest}]}")) == [
                "f:7:9: warning: no lane uses the rings “r”"
            ])
        #expect(
            messages(smallest(lane: "[]")).contains(
                "f:4:28: the lane “routine” has no window, so that it never runs"))
        #expect(messages(smallest(lane: "w")) == [])
    }
}
