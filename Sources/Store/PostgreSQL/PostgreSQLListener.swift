import CLibPQ
import Dispatch
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Hears what other processes on the same database announce (LISTEN), and holds the schedule for
/// one of them (an advisory lock), on one connection and one thread of its own.
///
/// While the connection is lost announcements are missed, and whoever waits finds out at its own
/// time-out; the schedule passes to another process, for the server gives the lock free.
final class PostgreSQLListener: Sendable {
    /// The channel of announcements.
    static let channel = "patchbay_wake"
    /// The key of the advisory lock: the number that marks SQLite files, and one more than that of
    /// migrations.
    private static let scheduleKey: Int64 = 1_349_796_474
    /// How often the schedule is asked for by those who do not have it, in milliseconds: so soon
    /// another takes over when its holder ends.
    private static let scheduleMilliseconds: Int32 = 2000
    /// The first wait before another connection, in milliseconds; each next one is twice as long.
    private static let firstPause = 250.0
    /// The longest wait, in milliseconds.
    private static let longestPause = 10_000.0

    private struct State {
        var isClosed = false
        var holdsSchedule = false
    }

    private let address: PostgreSQLAddress
    private let sender: String
    private let hear: @Sendable ([String]) -> Void
    private let state = SharedValue(State())
    private let bell: WakePipe
    private let ended = DispatchGroup()

    /// Begins to listen to the server and the database at `address`.
    ///
    /// `sender` is the mark of this process's own announcements, which are left out. `hear` takes
    /// the subjects of others' announcements, on the listener's thread.
    init(
        _ address: PostgreSQLAddress, sender: String, hear: @escaping @Sendable ([String]) -> Void
    ) throws {
        (self.address, self.sender, self.hear) = (address, sender, hear)
        bell = try WakePipe()
        ended.enter()
        let thread = Thread { [self] in
            run()
            ended.leave()
        }
        thread.name = "patchbay-listener"
        thread.start()
    }

    /// Whether this process is the one that does what is to be done now and then.
    var holdsSchedule: Bool { state.get().holdsSchedule }

    /// Ends the thread and its connection.
    func close() {
        state.set(State(isClosed: true, holdsSchedule: false))
        bell.ring()
    }

    /// Waits until the thread has ended, without holding one.
    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            ended.notify(queue: .global()) { continuation.resume() }
        }
    }

    private var isClosed: Bool { state.get().isClosed }

    private func run() {
        var pause = Self.firstPause
        while !isClosed {
            let connection = PostgreSQLConnection(address, sender: sender)
            do {
                let session = try connection.usableSession()
                _ = try session.execute("LISTEN \(Self.channel)", [])
                pause = Self.firstPause
                try serve(session)
            } catch {
                // Connected again below: nothing that this connection does is lost with it.
            }
            setSchedule(false)
            connection.close()
            if isClosed { return }
            // Nodes that lost one server together do not come back together.
            bell.wait(milliseconds: Int32(pause * Double.random(in: 0.5...1)))
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Takes announcements until the listener is closed.
    ///
    /// - Throws: `SQLFailure` when the connection is lost.
    private func serve(_ session: PostgreSQLSession) throws {
        while !isClosed {
            if !holdsSchedule { setSchedule(try Self.takeSchedule(session)) }
            takeAnnouncements(session)
            bell.wait(
                orFor: PQsocket(session.handle),
                milliseconds: holdsSchedule ? -1 : Self.scheduleMilliseconds)
            guard PQconsumeInput(session.handle) == 1, !session.isLost else {
                throw SQLFailure(.lostConnection, session.connectionMessage)
            }
        }
    }

    private func takeAnnouncements(_ session: PostgreSQLSession) {
        while let notification = PQnotifies(session.handle) {
            defer { PQfreemem(notification) }
            guard let extra = notification.pointee.extra else { continue }
            let text = String(cString: extra)
            let mark = text.prefix { $0 != " " }
            if mark != sender { hear(WakeMessage.subjects(text.dropFirst(mark.count))) }
        }
    }

    private static func takeSchedule(_ session: PostgreSQLSession) throws -> Bool {
        try session.query("SELECT pg_try_advisory_lock($1)", [.integer(scheduleKey)])
            .first?.first() ?? false
    }

    private func setSchedule(_ holds: Bool) {
        let isClosed = isClosed
        state.set(State(isClosed: isClosed, holdsSchedule: holds && !isClosed))
    }
}

/// A pipe that ends a wait in poll(2).
private final class WakePipe: Sendable {
    private let ends: (read: Int32, write: Int32)

    init() throws {
        var pair: [Int32] = [-1, -1]
        guard pipe(&pair) == 0 else {
            throw SQLFailure(.other, "There are no file descriptors left: \(systemMessage(errno)).")
        }
        for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        ends = (pair[0], pair[1])
    }

    deinit {
        for end in [ends.read, ends.write] { releaseDescriptor(end) }
    }

    /// Ends all waits, now and from now on.
    func ring() {
        var byte: UInt8 = 1
        _ = write(ends.write, &byte, 1)
    }

    /// Waits for the bell, or a socket that has something to read, at most so long; -1 for ever.
    func wait(orFor socket: Int32? = nil, milliseconds: Int32) {
        var places = [pollfd(fd: ends.read, events: Int16(POLLIN), revents: 0)]
        if let socket { places.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&places, nfds_t(places.count), milliseconds)
    }
}
