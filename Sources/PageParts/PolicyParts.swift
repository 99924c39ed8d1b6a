package import Administration
package import HTMLTree

// Pieces of the pages about policies.

/// Endpoints as links, side by side.
package func memberLinks(_ members: [PolicyPreview.Member]) -> HTML {
    p(class: "names") {
        for (place, member) in members.prefix(shownMembers).enumerated() {
            if place > 0 { ", " }
            a(.href(.endpoint(member.endpoint))) { member.name }
        }
        if members.count > shownMembers {
            " and \(Words.count(members.count - shownMembers)) more"
        }
    }
}

/// The most endpoints that are named one after another.
private let shownMembers = 60

/// What is to be said about a policy's text.
package func remarkList(_ remarks: [PolicyRemark]) -> HTML? {
    guard !remarks.isEmpty else { return nil }
    let errors = remarks.count(where: \.isError)
    let list = HTML.pieces {
        strong {
            errors > 0
                ? "The text cannot be used: \(Words.count(errors, "fault"))."
                : "The text can be used, and probably does not do what is meant."
        }
        ul(class: "plain") {
            for remark in remarks {
                li {
                    span(class: "ver") { "Line \(remark.line), column \(remark.column): " }
                    if !remark.isError { "Warning: " }
                    remark.message
                }
            }
        }
    }
    return errors > 0 ? note(.bad, .bad) { list } : note(.warn, .warn) { list }
}

/// What must be ticked before policies of one level apply to the same endpoints.
package let overlapBox = label(class: "s confirm") {
    input(.type("checkbox"), .name("overlap"), .value("true"), .required())
    "Both may apply: the first by name holds."
}

/// What must be ticked before something acts at once.
package let confirmBox = label(class: "s confirm") {
    input(.type("checkbox"), .name("confirm"), .value("true"), .required())
    "This may happen at once."
}
