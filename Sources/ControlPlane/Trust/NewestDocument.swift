package import Fleet
package import ServerRecords
package import Trust

extension UseCases {
    /// The newest version of a document of a type, name and scope, whether it is signed or waits
    /// for operators: the next one counts on from it.
    package func newestDocument<Body: DocumentBody>(
        _ type: Body.Type, named name: String, of scope: DocumentScope, in records: any Records
    ) throws -> StoredDocument? {
        let waiting: Scope =
            switch scope {
            case .allTenants: .provider
            case .tenant(let tenant): .tenant(tenant)
            }
        let known =
            try records.documents(Body.type, of: scope)
            + records.unsignedDocuments(in: waiting).map(\.document)
        return known.filter { $0.type == Body.type && $0.name == name && $0.scope == scope }
            .max { $0.version < $1.version }
    }
}
