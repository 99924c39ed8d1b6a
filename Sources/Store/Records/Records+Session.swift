import Fleet
import ServerRecords

extension StoreRecords: SessionRecords {
    func insert(_ session: Session) throws {
        try change(
            "INSERT INTO session (secret_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
            session.secretHash, session.user, session.createdAt, session.expiresAt)
    }

    func session(secretHash: String, at now: Timestamp) throws -> (session: Session, user: User)? {
        let person = PersonColumns.list.split(separator: ", ").map { "person.\($0)" }.joined(
            separator: ", ")
        let row = try rows(
            """
            SELECT session.secret_hash, session.person_id, session.created_at, session.expires_at,
                \(person)
            FROM session JOIN person ON person.id = session.person_id
            WHERE session.secret_hash = $1 AND session.expires_at > $2
                AND person.disabled_at IS NULL
            """, secretHash, now
        ).first
        guard var row = row?.reader else { return nil }
        let session = Session(
            secretHash: try row.next(), user: try row.next(), createdAt: try row.next(),
            expiresAt: try row.next())
        return (session, try PersonColumns.user(&row))
    }

    func deleteSession(secretHash: String) throws {
        try change("DELETE FROM session WHERE secret_hash = $1", secretHash)
    }

    func deleteSessions(of user: UserID, except secretHash: String?) throws {
        // No session's hash is empty.
        try change(
            "DELETE FROM session WHERE person_id = $1 AND secret_hash <> $2", user, secretHash ?? ""
        )
    }

    func apiToken(secretHash: String, at now: Timestamp) throws -> APIToken? {
        try rows(
            """
            SELECT \(APITokenColumns.list) FROM api_token
            WHERE secret_hash = $1 AND expires_at > $2 AND revoked_at IS NULL
            """, secretHash, now
        ).first.map(APITokenColumns.token)
    }

    func useAssertion(
        _ id: String, by endpoint: EndpointID, until expiry: Timestamp, at now: Timestamp
    ) throws -> Bool {
        guard expiry > now else { return false }
        return try change(
            """
            INSERT INTO assertion (endpoint_id, id, expires_at) VALUES ($1, $2, $3)
            ON CONFLICT (endpoint_id, id) DO NOTHING
            """, endpoint, id, expiry) == 1
    }

    func purgeEnded(before now: Timestamp) throws {
        try change("DELETE FROM session WHERE expires_at < $1", now)
        try change("DELETE FROM assertion WHERE expires_at < $1", now)
    }
}

extension StoreRecords: SettingRecords {
    func setting(_ name: String) throws -> String? {
        try rows("SELECT value FROM setting WHERE name = $1", name).first?.first()
    }

    func setSetting(_ name: String, to value: String) throws {
        try change(
            """
            INSERT INTO setting (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            """, name, value)
    }
}
