import AdvisoryFormats
import CLZMA

/// Files of xz (The .xz File Format, 1.2.1), also of several streams one after another.
final class XZStream: Unpacker {
    private static let magic: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    /// What unpacking may take of memory, in bytes: `xz -9` wants 65 MiB.
    private static let memoryLimit: UInt64 = 66 << 20
    /// LZMA_CONCATENATED: streams may follow one another.
    private static let flags: UInt32 = 0x08

    private let stream: UnsafeMutablePointer<lzma_stream>

    init() throws {
        stream = .allocate(capacity: 1)
        stream.initialize(to: lzma_stream())
        guard lzma_stream_decoder(stream, Self.memoryLimit, Self.flags) == LZMA_OK else {
            throw StreamDamage("xz cannot be started")
        }
    }

    deinit {
        lzma_end(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Whether a stream begins like one.
    static func isPacked(_ prefix: ArraySlice<UInt8>) -> Bool { prefix.starts(with: magic) }

    func step(
        _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws -> UnpackingStep {
        stream.pointee.next_in = UnsafePointer(input.baseAddress)
        stream.pointee.avail_in = input.count
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = output.count
        let status = lzma_code(stream, input.isEmpty ? LZMA_FINISH : LZMA_RUN)
        switch status {
        case LZMA_OK, LZMA_STREAM_END, LZMA_BUF_ERROR: break
        case LZMA_MEMLIMIT_ERROR:
            let needed = lzma_memusage(stream) >> 20
            throw StreamDamage("it needs \(needed) MiB of memory to unpack")
        default: throw damagedData
        }
        return UnpackingStep(
            used: input.count - stream.pointee.avail_in,
            given: output.count - stream.pointee.avail_out, mayEnd: status == LZMA_STREAM_END)
    }
}
