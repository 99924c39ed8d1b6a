import HTMLTree
import Administration
import Advisories
import PageParts

/// The boxes by which lists of findings and of vulnerabilities are narrowed, and their chips.
extension FindingPart {
    /// Each box: the query's name, the words, whether it is ticked.
    fileprivate var boxes: [(name: String, words: String, isOn: Bool)] {
        [
            ("kev", "Known exploited", kev), ("exposed", "Internet-facing", exposed),
            ("fixAvailable", "Update available", fixAvailable), ("overdue", "Overdue", overdue),
        ]
    }
}

extension Place {
    /// The address with a part of the findings asked for.
    func with(_ part: FindingPart) -> Place {
        part.boxes.reduce(with("state", part.state?.rawValue)) { place, box in
            place.with(box.name, box.isOn ? "true" : nil)
        }
    }
}

/// One box for each question, but for one that narrows nothing on a page.
func partBoxes(_ part: FindingPart, without left: String? = nil) -> HTML {
    HTML.pieces {
        for box in part.boxes where box.name != left {
            label(class: "s") {
                input(
                    .type("checkbox"), .name(box.name), .value("true"), .checked(box.isOn))
                box.words
            }
        }
    }
}

/// One chip for each question that is asked.
func partChips(_ part: FindingPart, _ place: Place) -> HTML {
    HTML.pieces {
        if let state = part.state { chip(state.look.word, off: place.without("state")) }
        for box in part.boxes where box.isOn { chip(box.words, off: place.without(box.name)) }
    }
}
