extension RawSpan {
    /// The little-endian integer at `offset`, which need not be aligned.
    @inlinable
    public func loadLittleEndian<T: FixedWidthInteger & BitwiseCopyable>(
        _ type: T.Type, at offset: Int
    ) throws(CodecError) -> T {
        guard offset >= 0, offset <= byteCount - MemoryLayout<T>.size else { throw .truncated }
        // The guard keeps the load inside the span; the format is little-endian on every machine.
        return T(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
    }

    /// The little-endian double at `offset`, which need not be aligned.
    @inlinable
    public func loadLittleEndianDouble(at offset: Int) throws(CodecError) -> Double {
        Double(bitPattern: try loadLittleEndian(UInt64.self, at: offset))
    }

    /// The bytes of `range`, or ``CodecError/truncated`` where it reaches beyond the end.
    @inlinable
    @_lifetime(copy self)
    public func bytes(in range: Range<Int>) throws(CodecError) -> RawSpan {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else { throw .truncated }
        return extracting(range)
    }
}

extension [UInt8] {
    /// The bytes of the array as the decoders take them.
    @inlinable
    public var rawSpan: RawSpan {
        @_lifetime(borrow self) borrowing get {
            let elements = self.span
            return unsafe _overrideLifetime(elements.rawSpan, borrowing: self)
        }
    }
}

extension Span<UInt8> {
    /// The same bytes, untyped.
    @inlinable
    public var rawSpan: RawSpan {
        // A byte has no padding and no alignment: nothing can be read that was not written.
        @_lifetime(copy self) get { unsafe self.bytes }
    }
}

extension Span<Int64> {
    /// The bytes of the integers as they lie in memory.
    @inlinable
    public var rawSpan: RawSpan {
        // An integer has no padding: nothing can be read that was not written.
        @_lifetime(copy self) get { unsafe self.bytes }
    }
}

extension Span<Double> {
    /// The bytes of the doubles as they lie in memory.
    @inlinable
    public var rawSpan: RawSpan {
        // A double has no padding: nothing can be read that was not written.
        @_lifetime(copy self) get { unsafe self.bytes }
    }
}

/// Reads integers from bytes, front to back, each behind a check of what is left.
public struct ByteReader: ~Escapable {
    @usableFromInline let bytes: RawSpan
    /// Bytes consumed.
    public private(set) var offset = 0

    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) { self.bytes = bytes }

    public var remaining: Int { bytes.byteCount - offset }

    public mutating func u8() throws(CodecError) -> UInt8 { try integer() }
    public mutating func u16() throws(CodecError) -> UInt16 { try integer() }
    public mutating func u32() throws(CodecError) -> UInt32 { try integer() }
    public mutating func u64() throws(CodecError) -> UInt64 { try integer() }
    public mutating func i64() throws(CodecError) -> Int64 { try integer() }
    public mutating func f64() throws(CodecError) -> Double { Double(bitPattern: try integer()) }

    /// The next `byteCount` bytes, which the reader passes.
    @_lifetime(copy self)
    public mutating func take(_ byteCount: Int) throws(CodecError) -> RawSpan {
        guard byteCount >= 0, byteCount <= remaining else { throw .truncated }
        let taken = bytes.extracting(offset..<offset + byteCount)
        offset += byteCount
        return taken
    }

    /// An unsigned LEB128 integer of at most 64 bits, in its shortest form.
    @inline(__always)
    public mutating func varint() throws(CodecError) -> UInt64 {
        // Nearly all take one byte or two, which one check and one load get.
        if let two = try? bytes.loadLittleEndian(UInt16.self, at: offset) {
            if two & 0x80 == 0 {
                offset += 1
                return UInt64(two & 0x7F)
            }
            if two & 0x8000 == 0, two >> 8 != 0 {
                offset += 2
                return UInt64((two & 0x7F) | (two >> 8) << 7)
            }
        }
        return try anyVarint()
    }

    private mutating func anyVarint() throws(CodecError) -> UInt64 {
        let first = try u8()
        if first < 0x80 { return UInt64(first) }
        return try longVarint(UInt64(first & 0x7F))
    }

    /// A signed integer: zigzag, then LEB128.
    @inline(__always)
    public mutating func svarint() throws(CodecError) -> Int64 {
        Int64(zigzag: try varint())
    }

    /// A varint that must not exceed `bound`; `name` tells a person what it stood for.
    public mutating func varint(
        upTo bound: Int, _ name: StaticString
    ) throws(CodecError) -> Int {
        let value = try varint()
        guard value <= UInt64(bound) else {
            throw .malformed("\(name): found \(value), expected at most \(bound)")
        }
        return Int(value)
    }

    /// Passes so many varints without reading them.
    mutating func skipVarints(_ count: Int) throws(CodecError) {
        var left = count
        while left > 0 {
            // Each ends with the one byte whose high bit is clear.
            if let word = try? bytes.loadLittleEndian(UInt64.self, at: offset) {
                let ends = (~word & 0x8080_8080_8080_8080).nonzeroBitCount
                if ends < left {
                    left -= ends
                    offset += 8
                    continue
                }
            }
            if try u8() < 0x80 { left -= 1 }
        }
    }

    /// Refuses bytes that nothing announced.
    public func expectEnd(_ name: StaticString) throws(CodecError) {
        guard remaining == 0 else {
            throw .malformed("\(name): found \(remaining) bytes left over, expected none")
        }
    }

    private mutating func integer<T: FixedWidthInteger & BitwiseCopyable>() throws(CodecError) -> T
    {
        let value = try bytes.loadLittleEndian(T.self, at: offset)
        offset += MemoryLayout<T>.size
        return value
    }

    private mutating func longVarint(_ low: UInt64) throws(CodecError) -> UInt64 {
        var value = low
        var shift: UInt64 = 7
        while true {
            let byte = try u8()
            // The tenth byte holds bit 63 alone.
            guard shift < 63 || byte <= 1 else {
                throw .malformed("varint: found more than 64 bits")
            }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                guard byte != 0 else {
                    throw .malformed("varint: found a longer form than needed")
                }
                return value
            }
            shift += 7
        }
    }
}

extension Int64 {
    /// Zigzag: 0, −1, 1, −2 … are 0, 1, 2, 3 …
    @inlinable
    init(zigzag value: UInt64) {
        self = Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    @inlinable
    var zigzag: UInt64 { UInt64(bitPattern: (self << 1) ^ (self >> 63)) }
}
