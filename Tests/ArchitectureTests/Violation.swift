/// One place where the tree breaks a law of the house.
struct Violation: Equatable, CustomStringConvertible {
    /// The file, from the package's folder.
    let file: String
    /// Its line, from 1; 0 for the file as a whole.
    let line: Int
    /// What is wrong there.
    let fault: String
    /// What to do about it.
    let advice: String

    init(_ file: String, _ line: Int, _ fault: String, do advice: String) {
        self.file = file
        self.line = line
        self.fault = fault
        self.advice = advice
    }

    /// A fault of the file as a whole.
    init(_ file: String, _ fault: String, do advice: String) {
        self.init(file, 0, fault, do: advice)
    }

    var description: String {
        "\(file)\(line > 0 ? ":\(line)" : ""): \(fault). \(advice)"
    }
}
