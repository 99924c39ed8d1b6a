extension PolicyExpression where Field == EndpointField {
    /// The endpoints of which a field of text has one of these values; of no value, none.
    ///
    /// For places that the store knows (a site, a group, chosen endpoints), so that no text has to
    /// be quoted and read back.
    public static func among(_ values: [String], of field: EndpointField) -> Self {
        switch values.count {
        case 0: Self(.not(.always))
        case 1: Self(.test(FieldTest(field, .equal, values.map(Literal.text))))
        default: Self(.test(FieldTest(field, .oneOf, values.sorted().map(Literal.text))))
        }
    }

    /// Only those that another condition takes too.
    public func narrowed(to other: Self) -> Self {
        switch (root, other.root) {
        case (.always, _): other
        case (_, .always): self
        default: Self(.all([other.root, root]))
        }
    }
}
