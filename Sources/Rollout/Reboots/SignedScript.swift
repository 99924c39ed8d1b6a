/// Whether an endpoint may run a script.
public enum ScriptStanding: Hashable, Sendable {
    /// It may, exactly so.
    case ready(SignedScript)
    /// It may not, for this reason, a clause.
    case refused(String)
}

/// A script that the endpoint has found signed.
public struct SignedScript: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The program that reads it, by its absolute path.
    public var interpreter: String
    /// The script.
    public var text: String
    /// After how many seconds it is ended.
    public var timeoutSeconds: Int

    /// A script.
    public init(name: String, interpreter: String, text: String, timeoutSeconds: Int) {
        self.name = name
        self.interpreter = interpreter
        self.text = text
        self.timeoutSeconds = timeoutSeconds
    }
}
