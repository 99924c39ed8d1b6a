import CommandBasics
import Foundation
import Versions

/// Compares the two versions of each line that comes in, and writes one sign a line, `!` for a
/// line that is no pair of versions. Input is read and answered piece by piece, so that a program
/// at the other end may wait for its answers.
struct VersionBatch {
    let ecosystem: Ecosystem

    /// How much is read at once, in bytes: enough that reading costs nothing beside comparing.
    private static let pieceSize = 1 << 16
    /// A line beyond two versions of the longest kind, in bytes, is not kept: it is answered with
    /// `!` at its end.
    private static let longestLine = 2 * Ecosystem.longestVersion + 2

    /// Works until the input ends. The last line counts even without a line end.
    ///
    /// - Throws: `Failure` when the input cannot be read.
    func run(from input: FileHandle, to output: FileHandle) throws {
        var line: [UInt8] = []
        var isTooLong = false
        var answers = Data()
        while let piece = try readPiece(of: input), !piece.isEmpty {
            for byte in piece {
                if byte == UInt8(ascii: "\n") {
                    answer(isTooLong ? [] : line, into: &answers)
                    line.removeAll(keepingCapacity: true)
                    isTooLong = false
                } else if line.count < Self.longestLine {
                    line.append(byte)
                } else {
                    isTooLong = true
                }
            }
            guard write(answers, to: output) else { return }
            answers.removeAll(keepingCapacity: true)
        }
        guard !line.isEmpty else { return }
        answer(isTooLong ? [] : line, into: &answers)
        _ = write(answers, to: output)
    }

    /// Whatever is there, as soon as something is there; nothing at the end.
    private func readPiece(of input: FileHandle) throws -> [UInt8]? {
        let size = Self.pieceSize
        var failed = false
        let piece = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var got = 0
            repeat {
                got = read(input.fileDescriptor, buffer.baseAddress, size)
            } while got < 0 && errno == EINTR
            failed = got < 0
            count = max(got, 0)
        }
        guard !failed else {
            throw Failure(
                .wrongUse, "Standard input cannot be read.",
                nextStep: "Give the pairs through a pipe or a file.", code: "E_INPUT")
        }
        return piece
    }

    private func answer(_ line: [UInt8], into answers: inout Data) {
        answers.append(sign(of: line.span))
        answers.append(UInt8(ascii: "\n"))
    }

    private func sign(of line: Span<UInt8>) -> UInt8 {
        let unreadable = UInt8(ascii: "!")
        var tab = -1
        for index in 0..<line.count where line[index] == UInt8(ascii: "\t") {
            if tab >= 0 { return unreadable }
            tab = index
        }
        guard tab >= 0 else { return unreadable }
        var end = line.count
        // A line that a Windows program has ended.
        if end > tab + 1, line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        // No package manager prints such a byte, though some orders would pass over it.
        for index in 0..<end where index != tab && (line[index] < 0x20 || line[index] == 0x7F) {
            return unreadable
        }
        let (a, b) = (line.extracting(0..<tab), line.extracting(tab + 1..<end))
        switch try? ecosystem.compare(a, b) {
        case .less: return UInt8(ascii: "<")
        case .equal: return UInt8(ascii: "=")
        case .greater: return UInt8(ascii: ">")
        case nil: return unreadable
        }
    }

    /// Whether somebody still reads.
    private func write(_ answers: Data, to output: FileHandle) -> Bool {
        do {
            try output.write(contentsOf: answers)
            return true
        } catch { return false }
    }
}
