public import Fleet
import Versions

/// An expression made ready for many evaluations: values resolved, patterns prepared, and the tree
/// laid out in one array, each part followed by its own parts.
public struct CompiledExpression<Field: ExpressionField>: Sendable {
    /// One part: what to do, and where the part after it and its own parts begins.
    private struct Step: Sendable {
        enum Operation: Sendable {
            case always
            case not
            case all
            case any
            /// One of the bits is set.
            case words
            case number(Comparator)
            case exactText
            case glob
            case version(Comparator)
            case release(Comparator)
        }

        var operation: Operation
        var field: Field?
        var end = 0
        /// Words that make it true.
        var accepted: UInt32 = 0
        /// Words that make it unknown.
        var undecided: UInt32 = 0
        var number = 0.0
        /// Where its pattern or text lies among the bytes.
        var text = 0..<0
        /// The place of its version.
        var version = 0
    }

    /// What is asked of while an expression is judged, taken out of its arrays once: taking a part
    /// or a text from an array of its own would count references in every test.
    private struct Parts {
        let steps: UnsafeBufferPointer<Step>
        let bytes: UnsafeBufferPointer<UInt8>

        func text(of step: Step) -> UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(rebasing: bytes[step.text])
        }
    }

    private var steps: ContiguousArray<Step> = []
    /// Its prepared patterns, and its texts in lower case, one after another.
    private var bytes: ContiguousArray<UInt8> = []
    private var versions: ContiguousArray<String> = []

    /// Makes an expression ready.
    public init(_ expression: PolicyExpression<Field>) {
        append(expression.root)
    }

    /// Makes several expressions ready, to be asked one after another (`firstYes`).
    init(inOrder expressions: some Sequence<PolicyExpression<Field>>) {
        for expression in expressions { append(expression.root) }
    }

    /// The number of the first of several expressions that holds, and of the first before it of
    /// which that is unknown.
    ///
    /// All of them lie in one array: taking each from its own would count references for every
    /// rule of every decision.
    func firstYes(
        _ subject: Field.Subject, at now: Timestamp
    ) -> (match: Int?, unknown: Int?) {
        withParts { parts in
            var (place, number) = (0, 0)
            var unknown: Int?
            while place < parts.steps.count {
                switch evaluate(parts, place, subject, now) {
                case .no: break
                case .yes: return (number, unknown)
                case .unknown: unknown = unknown ?? number
                }
                place = parts.steps[place].end
                number += 1
            }
            return (nil, unknown)
        }
    }

    /// The fields of one of several expressions of which a test has no answer.
    func missing(in number: Int, _ subject: Field.Subject, at now: Timestamp) -> [Field] {
        withParts { parts in
            let start = (0..<number).reduce(0) { place, _ in parts.steps[place].end }
            return parts.steps[start..<parts.steps[start].end].compactMap { step in
                step.field != nil && test(parts, step, subject, now) == .unknown ? step.field : nil
            }
        }
    }

    /// Whether the condition holds for a subject at `now`; unknown when that hangs on a fact that
    /// is missing.
    public func evaluate(_ subject: Field.Subject, at now: Timestamp) -> Ternary {
        withParts { evaluate($0, 0, subject, now) }
    }

    private func withParts<Answer>(_ body: (Parts) -> Answer) -> Answer {
        steps.withUnsafeBufferPointer { steps in
            bytes.withUnsafeBufferPointer { bytes in body(Parts(steps: steps, bytes: bytes)) }
        }
    }

    private func evaluate(
        _ parts: Parts, _ place: Int, _ subject: Field.Subject,
        _ now: Timestamp
    ) -> Ternary {
        switch parts.steps[place].operation {
        case .always: return .yes
        case .not: return !evaluate(parts, place + 1, subject, now)
        case .all:
            var result = Ternary.yes
            var part = place + 1
            while part < parts.steps[place].end {
                let answer = evaluate(parts, part, subject, now)
                if answer == .no { return .no }
                if answer == .unknown { result = .unknown }
                part = parts.steps[part].end
            }
            return result
        case .any:
            var result = Ternary.no
            var part = place + 1
            while part < parts.steps[place].end {
                let answer = evaluate(parts, part, subject, now)
                if answer == .yes { return .yes }
                if answer == .unknown { result = .unknown }
                part = parts.steps[part].end
            }
            return result
        case .words, .number, .exactText, .glob, .version, .release:
            return test(parts, parts.steps[place], subject, now)
        }
    }

    private func test(
        _ parts: Parts, _ step: Step, _ subject: Field.Subject, _ now: Timestamp
    ) -> Ternary {
        guard let field = step.field else { return .unknown }
        switch step.operation {
        case .words:
            guard let words = field.words(of: subject) else { return .unknown }
            if words & step.accepted != 0 { return .yes }
            return words & step.undecided != 0 ? .unknown : .no
        case .number(let comparator):
            guard let number = field.number(of: subject, at: now) else { return .unknown }
            let wanted = step.number
            return Ternary(
                comparator.holds(number < wanted ? -1 : number > wanted ? 1 : 0))
        case .exactText:
            let text = parts.text(of: step)
            return field.test(subject) { Self.isSame($0, text) }
        case .glob:
            let pattern = parts.text(of: step)
            return field.test(subject) { Glob.matches($0, pattern) }
        case .version(let comparator):
            let place = step.version
            return field.test(subject) {
                comparator.holds(SegmentedVersion.order($0, versions[place]))
            }
        case .release(let comparator):
            return release(versions[step.version], comparator, field, subject)
        case .always, .not, .all, .any: return .unknown
        }
    }

    /// A version that is the same text is the same, whatever orders it.
    private func release(
        _ wanted: String, _ comparator: Comparator, _ field: Field, _ subject: Field.Subject
    ) -> Ternary {
        if !comparator.isOrdering,
            field.test(
                subject,
                { text in
                    text.utf8.elementsEqual(wanted.utf8) {
                        $0.lowercasedASCII == $1.lowercasedASCII
                    }
                }) == .yes
        {
            return .yes
        }
        return switch field.order(of: subject, to: wanted) {
        case .less: Ternary(comparator.holds(-1))
        case .equal: Ternary(comparator.holds(0))
        case .greater: Ternary(comparator.holds(1))
        case nil: comparator.isOrdering ? .unknown : .no
        }
    }

    /// Whether a text is the same as one in lower case, but for the case of ASCII letters.
    private static func isSame(_ text: String, _ lowered: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.utf8.count == lowered.count else { return false }
        return text.utf8.elementsEqual(lowered) { $0.lowercasedASCII == $1 }
    }
}

extension CompiledExpression {
    private mutating func append(_ term: PolicyExpression<Field>.Term) {
        switch term {
        case .always: add(Step(operation: .always))
        case .test(let test): append(test)
        case .not(let inner): add(Step(operation: .not)) { $0.append(inner) }
        case .all(let terms): add(Step(operation: .all)) { for term in terms { $0.append(term) } }
        case .any(let terms): add(Step(operation: .any)) { for term in terms { $0.append(term) } }
        }
    }

    private mutating func add(_ step: Step, parts: (inout Self) -> Void = { _ in }) {
        let place = steps.count
        steps.append(step)
        parts(&self)
        steps[place].end = steps.count
    }

    private mutating func append(_ test: FieldTest<Field>) {
        switch test.comparator {
        case .notEqual:
            // What is not known is not known to differ either.
            add(Step(operation: .not)) {
                $0.append(FieldTest(test.field, .equal, test.values))
            }
        case .oneOf where test.field.wordList == nil:
            add(Step(operation: .any)) {
                for value in test.values {
                    $0.append(FieldTest(test.field, .equal, [value]))
                }
            }
        case .equal, .less, .lessOrEqual, .greater, .greaterOrEqual, .glob, .oneOf:
            add(step(for: test))
        }
    }

    private mutating func step(for test: FieldTest<Field>) -> Step {
        if let list = test.field.wordList { return wordStep(test, list) }
        switch test.values.first {
        case .number(let number):
            return Step(
                operation: .number(test.comparator), field: test.field, number: number)
        case .text(let text) where test.comparator == .glob:
            return Step(
                operation: .glob, field: test.field, text: laidDown(Glob(text).prepared))
        case .text(let text) where [.version, .release].contains(test.field.kind):
            versions.append(text)
            return Step(
                operation: test.field.kind == .release
                    ? .release(test.comparator) : .version(test.comparator),
                field: test.field, version: versions.count - 1)
        case .text(let text):
            return Step(
                operation: .exactText, field: test.field,
                text: laidDown(text.utf8.map(\.lowercasedASCII)))
        case .word, nil: return Step(operation: .words, field: test.field)
        }
    }

    /// Puts bytes behind the others.
    private mutating func laidDown(_ text: [UInt8]) -> Range<Int> {
        let start = bytes.count
        bytes += text
        return start..<bytes.count
    }

    private func wordStep(_ test: FieldTest<Field>, _ list: WordList) -> Step {
        let places = test.values.compactMap { value -> Int? in
            if case .word(let place) = value { return place }
            return nil
        }
        var step = Step(operation: .words, field: test.field)
        let isOrdering = test.comparator.isOrdering
        for word in list.words.indices {
            let bit = UInt32(1) << UInt32(word)
            if !isOrdering {
                if places.contains(word) { step.accepted |= bit }
            } else if word == list.unranked || places.first == list.unranked {
                step.undecided |= bit
            } else if let place = places.first, test.comparator.holds(word - place) {
                step.accepted |= bit
            }
        }
        return step
    }
}

extension Comparator {
    /// Whether the comparison holds when the field's value lies before (negative), at (0) or after
    /// the given one.
    package func holds(_ order: Int) -> Bool {
        switch self {
        case .equal, .oneOf, .glob: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

extension PolicyExpression {
    /// Whether the condition holds for a subject at `now`. To ask often, make a
    /// `CompiledExpression` of it once.
    public func evaluate(_ subject: Field.Subject, at now: Timestamp) -> Ternary {
        CompiledExpression(self).evaluate(subject, at: now)
    }
}
