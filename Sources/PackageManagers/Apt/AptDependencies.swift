import ToolOutputs

/// What `apt-cache depends NAME=VERSION...` says: which packages a version needs, and which it
/// cannot stand beside.
struct AptDependencies: Hashable, Sendable {
    /// By package name: the names in its `Depends` and `PreDepends`, and those that provide them.
    private(set) var needs: [String: Set<String>] = [:]
    /// By package name: the names in its `Conflicts` and `Breaks`.
    private(set) var excludes: [String: Set<String>] = [:]

    /// Reads the output.
    init(_ output: [UInt8]) {
        var package: String?
        var kind: String?
        TextLines.each(output) { slice in
            let line = String(decoding: slice, as: UTF8.self)
            let words = TextLines.words(line)
            guard let first = words.first else { return }
            if line.first != " " {
                (package, kind) = (first, nil)
                return
            }
            guard let package else { return }
            if words.count >= 2, first.hasSuffix(":") {
                kind = String(first.drop { $0 == "|" }.dropLast())
                add(words[1], as: kind, of: package)
            } else {
                add(first, as: kind, of: package)
            }
        }
    }

    private mutating func add(_ name: String, as kind: String?, of package: String) {
        switch kind {
        case "Depends", "PreDepends": needs[package, default: []].insert(name)
        case "Conflicts", "Breaks": excludes[package, default: []].insert(name)
        default: break
        }
    }
}

/// Why a version cannot be installed, in apt's own words: the part of a refused plan below "unmet
/// dependencies".
struct AptRefusal: Hashable, Sendable {
    /// By package name, clauses such as `labgood (>= 9) but 2.0 is to be installed`.
    private(set) var unmet: [String: [String]] = [:]
    /// apt's last error line, without its `E: `.
    private(set) var error: String?

    /// Reads both streams of a plan that apt refused.
    init(_ result: CommandOutput) {
        var isUnmet = false
        var package: String?
        TextLines.each(result.output) { slice in
            let line = String(decoding: slice, as: UTF8.self)
            if line.hasSuffix("unmet dependencies:") {
                isUnmet = true
            } else if isUnmet, line.hasPrefix(" ") {
                read(line, of: &package)
            } else {
                isUnmet = false
            }
        }
        error = TextLines.strings(result.errorOutput).last { $0.hasPrefix("E:") }
            .map { TextLines.trimmed($0.dropFirst(2)) }
    }

    /// ` name : Depends: other (>= 9) but …`, or the next clause of the same package, indented.
    private mutating func read(_ line: String, of package: inout String?) {
        var clause = TextLines.trimmed(line)
        if let separator = clause.firstRange(of: " : ") {
            package = String(clause[..<separator.lowerBound])
            clause = String(clause[separator.upperBound...])
        }
        guard let package else { return }
        unmet[package, default: []].append(clause)
    }
}
