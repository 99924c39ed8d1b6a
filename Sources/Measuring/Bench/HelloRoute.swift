package import HTTPAPI

/// The least that the server can do: what `make bench` compares check-ins with. It is there only
/// under `serve --hello-route`, which no help names.
package enum HelloRoute {
    /// The route.
    package static let route = Route(
        .get, "/bench/hello", permission: .public(reason: "says nothing about anything"),
        summary: "Says hello, to be measured."
    ) { _ in .text("hello\n") }
}
