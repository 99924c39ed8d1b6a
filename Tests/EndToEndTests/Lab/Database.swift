/// Where the server of a lab keeps its data.
enum Database: String, Sendable {
    /// The default: a file in the server's home folder.
    case sqlite
    /// A PostgreSQL server in the lab, reached by a Unix socket.
    case postgreSQL

    /// A letter that tells the labs of one test run apart.
    var letter: String {
        switch self {
        case .sqlite: "s"
        case .postgreSQL: "p"
        }
    }
}
