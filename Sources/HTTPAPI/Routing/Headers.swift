import HTTPTypes

extension HTTPFields {
    /// The value of a header by its name in lower case; `nil` when it is not there.
    func value(of name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }
}
