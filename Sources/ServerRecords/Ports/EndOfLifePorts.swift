/// What people have said about products whose support ends.
public protocol EndOfLifeRecords {
    /// All answers of a scope, expired ones too.
    func endOfLifeAnswers(in scope: Scope) throws -> [EndOfLifeAnswer]
    /// Stores an answer in the place of the one before.
    func save(_ answer: EndOfLifeAnswer) throws
}
