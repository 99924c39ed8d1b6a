package import ServerRecords
package import Trust

extension UseCases {
    /// The versions of a kind of document in a scope, signed and waiting for operators.
    package func knownDocuments<Body: DocumentBody>(
        _ type: Body.Type, of scope: DocumentScope, in records: any Records
    ) throws -> [StoredDocument] {
        let waiting: Scope =
            switch scope {
            case .allTenants: .provider
            case .tenant(let tenant): .tenant(tenant)
            }
        let known =
            try records.documents(Body.type, of: scope)
            + records.unsignedDocuments(in: waiting).map(\.document)
        return known.filter { $0.type == Body.type && $0.scope == scope }
    }
}

extension Collection<StoredDocument> {
    /// The newest version of a document, from which the next one counts on.
    package func newest(named name: String) -> StoredDocument? {
        filter { $0.name == name }.max { $0.version < $1.version }
    }
}
