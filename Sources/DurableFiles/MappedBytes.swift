import Glibc

/// A range of a file in memory, for reading.
///
/// A memory map in the POSIX form, a copy of the content in the simulated one. The memory is lent
/// in a closure and given back to the system at the end of the object's life.
@safe public final class MappedBytes: Sendable {
    /// The length of the range.
    public let byteCount: Int

    /// The first byte of the range, valid for `byteCount` bytes as long as this object lives.
    // Immutable memory behind an immutable pointer: sharing it between threads is sound.
    @usableFromInline nonisolated(unsafe) let start: UnsafeRawPointer

    private nonisolated(unsafe) let region: UnsafeMutableRawPointer
    private let regionByteCount: Int
    private let isMapped: Bool

    /// Takes over a region that `mmap` returned; the range begins `offset` bytes into it.
    init(mapped region: UnsafeMutableRawPointer, regionByteCount: Int, offset: Int, byteCount: Int)
    {
        precondition(
            offset >= 0 && byteCount >= 0 && offset + byteCount <= regionByteCount,
            "a mapped range lies inside its region")
        unsafe self.region = region
        self.regionByteCount = regionByteCount
        // The precondition keeps the range inside the region.
        unsafe start = UnsafeRawPointer(region + offset)
        self.byteCount = byteCount
        isMapped = true
    }

    /// A copy of bytes that are in memory anyway.
    public init(copying bytes: [UInt8]) {
        // One byte at least, since an empty allocation has no address of its own.
        regionByteCount = max(bytes.count, 1)
        unsafe region = UnsafeMutableRawPointer.allocate(byteCount: regionByteCount, alignment: 16)
        unsafe UnsafeMutableRawBufferPointer(start: region, count: bytes.count).copyBytes(
            from: bytes)
        unsafe start = UnsafeRawPointer(region)
        byteCount = bytes.count
        isMapped = false
    }

    deinit {
        if isMapped {
            // munmap of a region that mmap returned cannot fail.
            _ = unsafe munmap(region, regionByteCount)
        } else {
            unsafe region.deallocate()
        }
    }

    /// Lends the bytes to a closure.
    ///
    /// Costs a few nanoseconds. In the POSIX form the first touch of a page may read the disk, and
    /// a medium that fails there ends the process: verify a page by `read` before its first use.
    @inlinable @inline(__always)
    public func withBytes<R: ~Copyable, E: Error>(
        _ body: (RawSpan) throws(E) -> R
    ) throws(E) -> R {
        // `start` is valid for `byteCount` bytes as long as self lives, which outlasts the call.
        let buffer = unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
        defer { withExtendedLifetime(self) {} }
        return try body(unsafe buffer.bytes)
    }
}
