import AdvisoryFormats
import Foundation

/// An open file, read from any place.
final class FeedFile {
    private let handle: FileHandle

    init(_ handle: FileHandle) {
        self.handle = handle
    }

    /// The file's size in bytes; 0 for what has none, such as a pipe.
    func size() -> UInt64 {
        (try? handle.seekToEnd()) ?? 0
    }

    /// Bytes from a place on; fewer where the file ends.
    func read(at offset: UInt64, count: Int) throws -> [UInt8] {
        do {
            try handle.seek(toOffset: offset)
            return [UInt8](try handle.read(upToCount: count) ?? Data())
        } catch {
            throw FeedError(
                .unreadable, "The file cannot be read.", nextStep: "Check the disk it lies on.")
        }
    }

    /// All its bytes as a stream.
    func stream() -> ByteStream {
        var offset: UInt64 = 0
        return ByteStream { [self] in
            let piece = try read(at: offset, count: ByteStream.pieceSize)
            offset += UInt64(piece.count)
            return piece
        }
    }
}
