import ServerRecords

extension StoreRecords: WakeRecords {
    func announce(_ subjects: Set<String>) throws {
        try requireWriting()
        for message in WakeMessage.messages(subjects.sorted()) { try session.announce(message) }
    }
}

/// How subjects travel between processes: several in one message, with spaces between.
enum WakeMessage {
    /// The longest message, in bytes: PostgreSQL takes less than 8,000, of which a sender's mark is
    /// a few.
    static let longest = 7_800

    /// The messages that hold these subjects.
    static func messages(_ subjects: [String]) -> [String] {
        var messages: [String] = []
        var message = ""
        for subject in subjects {
            if !message.isEmpty, message.utf8.count + subject.utf8.count >= longest {
                messages.append(message)
                message = ""
            }
            message += message.isEmpty ? subject : " " + subject
        }
        return message.isEmpty ? messages : messages + [message]
    }

    /// The subjects of a message.
    static func subjects(_ message: Substring) -> [String] {
        message.split(separator: " ").map(String.init)
    }
}
