import Versions

/// What one entry says of one vulnerability in the row at hand.
struct Word {
    /// From the weakest to the strongest among equal authorities.
    enum Answer: Int8 {
        case undetermined, notAffected, justFixed, affected
    }

    var answer: Answer
    var authority: AdvisorySource.Authority
    /// The version that ends it, a number of the index's table; -1 for none.
    var fix: Int32
    var entry: Int32
    /// Whether the endpoint receives the channel that the entry speaks of.
    var isReceived: Bool
    var isDeclined: Bool
    /// Whether it speaks of a channel of the release, such as RHEL's EUS.
    var isOfChannel = false

    /// How much it counts where the release and a channel that the endpoint receives both speak.
    ///
    /// The endpoint's packages come from the channel: what is mended or not affected there is so,
    /// whatever the release says (a fix under another version, or none). That a channel has no fix
    /// yet undoes nothing that the release has.
    var channelRank: Int {
        guard isOfChannel, isReceived else { return 1 }
        return answer != .affected || fix >= 0 ? 2 : 0
    }
}

/// All that was said of one vulnerability in the row at hand.
struct Opinion {
    /// The word that decides.
    var deciding: Word
    /// The best notice of a fix, which has a name that people know and a version where the
    /// deciding word (a tracker's) may have none.
    var announcement: Word?
}

extension AdvisoryIndex {
    /// Hears one more word. The outcome does not depend on the order in which words are heard.
    func hear(_ word: Word, _ opinion: inout Opinion?) {
        guard var known = opinion else {
            opinion = Opinion(deciding: word, announcement: isAnnouncement(word) ? word : nil)
            return
        }
        if decides(word, over: known.deciding) { known.deciding = word }
        if isAnnouncement(word), known.announcement.map({ comesBefore(word, $0) }) ?? true {
            known.announcement = word
        }
        opinion = known
    }

    private func isAnnouncement(_ word: Word) -> Bool {
        word.authority == .notices && word.answer == .affected && word.fix >= 0 && word.isReceived
    }

    private func decides(_ new: Word, over old: Word) -> Bool {
        // What only subscribers receive speaks where nothing else does.
        if new.isReceived != old.isReceived { return new.isReceived }
        // "Not known yet" is no word against one that is.
        let newIsOpen = new.answer == .undetermined
        if newIsOpen != (old.answer == .undetermined) { return !newIsOpen }
        if new.channelRank != old.channelRank { return new.channelRank > old.channelRank }
        if new.authority != old.authority { return new.authority > old.authority }
        if new.answer != old.answer { return new.answer.rawValue > old.answer.rawValue }
        return comesBefore(new, old)
    }

    /// Of two equal words: the one whose fix comes first; then, so that nothing is left to chance,
    /// by the texts.
    private func comesBefore(_ new: Word, _ old: Word) -> Bool {
        if (new.fix < 0) != (old.fix < 0) { return new.fix >= 0 }
        if new.fix != old.fix {
            let (newFix, oldFix) = (versions[new.fix], versions[old.fix])
            let order = (try? entries[Int(new.entry)].order.compare(newFix, oldFix)) ?? .equal
            if order != .equal { return order == .less }
            return newFix < oldFix
        }
        if new.isDeclined != old.isDeclined { return !new.isDeclined }
        let (newNotice, oldNotice) = (noticeNumber(new), noticeNumber(old))
        if newNotice == oldNotice { return false }
        return (notices[newNotice].id, notices[newNotice].source.name)
            < (notices[oldNotice].id, notices[oldNotice].source.name)
    }

    private func noticeNumber(_ word: Word) -> Int { Int(entries[Int(word.entry)].notice) }
}
