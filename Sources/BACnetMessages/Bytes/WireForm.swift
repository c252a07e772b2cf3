/// A value that has a form on the wire.
public protocol WireForm: Sendable {
    /// Reads the value from where the reader stands and leaves the reader behind it.
    init(from reader: inout MessageReader) throws(MessageError)

    /// Writes the value in the shortest form that the standard has for it.
    func encode(into writer: inout MessageWriter)
}

extension WireForm {
    /// The value that all of these bytes are; bytes left over are an error.
    public init(decoding bytes: [UInt8]) throws(MessageError) {
        var reader = MessageReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }

    /// The value's bytes.
    public var encoded: [UInt8] {
        var writer = MessageWriter()
        encode(into: &writer)
        return writer.bytes
    }
}
