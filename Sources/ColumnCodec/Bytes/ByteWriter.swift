extension [UInt8] {
    /// Appends an integer in the byte order of the format.
    @inlinable
    public mutating func appendLittleEndian<T: FixedWidthInteger>(_ value: T) {
        var value = value.littleEndian
        // The pointer covers exactly the local variable and ends with the closure.
        unsafe Swift.withUnsafeBytes(of: &value) { unsafe append(contentsOf: $0) }
    }

    @inlinable
    public mutating func appendLittleEndian(_ value: Double) {
        appendLittleEndian(value.bitPattern)
    }

    /// Appends LEB128: seven bits a byte, the lowest first.
    @inlinable @inline(__always)
    public mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable
    public mutating func appendVarint(_ value: Int) {
        precondition(value >= 0, "a varint is not negative")
        appendVarint(UInt64(value))
    }

    /// Appends a signed integer: zigzag, then LEB128.
    @inlinable @inline(__always)
    public mutating func appendSVarint(_ value: Int64) {
        appendVarint(value.zigzag)
    }

    /// Appends bytes that lie elsewhere.
    public mutating func append(_ bytes: RawSpan) {
        // The pointer covers exactly the span and ends with the closure.
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}

extension UInt64 {
    /// Bytes of the value as LEB128.
    var varintByteCount: Int { (70 - (self | 1).leadingZeroBitCount) / 7 }
}
