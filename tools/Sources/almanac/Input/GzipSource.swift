import CAlmanacZlib

/// Unpacks gzip, also several members one behind the other, with bounded memory.
///
/// The stream is allocated and freed here and never leaves.
@safe final class GzipSource {
    private static let blockByteCount = 1 << 18

    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var place = 0
    /// Inside a member.
    private var isOpen = true
    /// Behind the last member, where tapes and block devices fill up with zeros.
    private var isPadding = false

    init() throws(ToolFailure) {
        unsafe stream = .allocate(capacity: 1)
        // All fields zero is how zlib wants a new stream: its own allocator, no input yet.
        unsafe stream.initialize(to: z_stream())
        guard unsafe almanac_inflate_init_gzip(stream) == Z_OK else {
            unsafe stream.deallocate()
            throw ToolFailure(.inputOutput, "gzip: no memory")
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Takes the next packed bytes; those before have been used up.
    func feed(_ block: [UInt8]) {
        input = block
        place = 0
    }

    /// Appends unpacked bytes; false where more packed ones are needed.
    func unpack(into bytes: inout [UInt8], path: String) throws(ToolFailure) -> Bool {
        while place < input.count {
            if !isOpen {
                if isPadding || input[place] == 0 {
                    try skipPadding(path: path)
                    return false
                }
                unsafe inflateReset(stream)
                isOpen = true
            }
            let countBefore = bytes.count
            let status = step(&bytes)
            if status == Z_STREAM_END {
                isOpen = false
            } else if status != Z_OK && status != Z_BUF_ERROR {
                throw GzipSource.damaged(path)
            }
            if bytes.count > countBefore { return true }
        }
        return false
    }

    private func skipPadding(path: String) throws(ToolFailure) {
        isPadding = true
        guard input[place...].allSatisfy({ $0 == 0 }) else { throw GzipSource.damaged(path) }
        place = input.count
    }

    private static func damaged(_ path: String) -> ToolFailure {
        ToolFailure(
            .wrongData, "\(path): the gzip data are damaged: whole gzip data were expected")
    }

    func checkEnd(path: String) throws(ToolFailure) {
        guard isOpen else { return }
        throw ToolFailure(
            .wrongData, "\(path): the gzip data end too early: whole gzip data were expected")
    }

    private func step(_ bytes: inout [UInt8]) -> Int32 {
        let size = GzipSource.blockByteCount
        let start = place
        var status: Int32 = Z_OK
        var rest = 0
        let block = unsafe [UInt8](unsafeUninitializedCapacity: size) { target, count in
            unsafe input.withUnsafeBufferPointer { source in
                // zlib takes a mutable pointer to its input and never writes there; both lengths
                // are those of the buffers that the pointers lie in.
                unsafe stream.pointee.next_in = source.baseAddress.map {
                    unsafe UnsafeMutablePointer(mutating: $0 + start)
                }
                unsafe stream.pointee.avail_in = UInt32(source.count - start)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = UInt32(size)
                unsafe status = inflate(stream, Z_NO_FLUSH)
                unsafe rest = Int(stream.pointee.avail_in)
                unsafe count = size - Int(stream.pointee.avail_out)
            }
        }
        place = input.count - rest
        bytes += block
        return status
    }
}
