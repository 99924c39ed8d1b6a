import AdvisoryFormats
import CZlib

/// Unpacks one stream with zlib.
final class Inflater {
    /// How the packed data are wrapped.
    enum Wrapping: Int32 {
        /// RFC 1951 alone, as in a .zip.
        case none = -15
        /// RFC 1952.
        case gzip = 31
    }

    /// What came of one step.
    enum Step {
        /// Bytes came out; more may follow.
        case output([UInt8])
        /// The last bytes came out.
        case end([UInt8])
        /// More packed bytes are needed.
        case needsInput
    }

    // zlib keeps a pointer back to this structure, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var place = 0

    init(_ wrapping: Wrapping) throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = inflateInit2_(
            stream, wrapping.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw StreamDamage("zlib cannot be started") }
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Packed bytes that were given and not used.
    var rest: ArraySlice<UInt8> { input[place...] }

    /// Gives packed bytes; all before must be used.
    func give(_ bytes: [UInt8]) {
        input = Array(rest) + bytes
        place = 0
    }

    /// Begins with the next stream behind one that has ended.
    func restart() throws {
        guard inflateReset(stream) == Z_OK else { throw StreamDamage("zlib cannot be started") }
    }

    /// Unpacks as much as fits into one piece.
    func step() throws -> Step {
        var status = Z_OK
        let available = input.count - place
        let output = [UInt8](unsafeUninitializedCapacity: ByteStream.pieceSize) { buffer, count in
            input.withUnsafeMutableBufferPointer { source in
                stream.pointee.next_in = source.baseAddress.map { $0 + place }
                stream.pointee.avail_in = UInt32(available)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(buffer.count)
                status = inflate(stream, Z_NO_FLUSH)
            }
            count = buffer.count - Int(stream.pointee.avail_out)
        }
        place = input.count - Int(stream.pointee.avail_in)
        switch status {
        case Z_STREAM_END: return .end(output)
        case Z_OK where !output.isEmpty: return .output(output)
        case Z_OK, Z_BUF_ERROR: return output.isEmpty ? .needsInput : .output(output)
        default: throw StreamDamage("the packed data are damaged")
        }
    }
}
