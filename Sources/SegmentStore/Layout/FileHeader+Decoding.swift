import ColumnCodec

extension FileHeader {
    /// Reads and validates a header of `file`, for messages a path relative to the store.
    ///
    /// - Parameters:
    ///   - bytes: the header's, and what follows it.
    ///   - file: named in messages.
    ///   - offset: of `bytes` in the file; a log's second header stands at 512.
    ///   - storeID: the store that the file must belong to, if known.
    /// - Throws: ``StoreError`` with code `damaged` where bytes are missing or the checksum is
    ///   wrong, `foreign` with another magic or store id, `unsupported` for what only a later
    ///   version understands.
    public init(
        decoding bytes: RawSpan, file: String, at offset: Int = 0, storeID: UInt64? = nil
    ) throws(StoreError) {
        let fields: HeaderFields
        do throws(CodecError) { fields = try HeaderFields(bytes) } catch {
            throw StoreError(
                .damaged,
                "\(bytes.byteCount) bytes of a header found, \(Self.encodedSize) expected",
                file: file, offset: offset)
        }
        do throws(HeaderFault) {
            try fields.verifyBytes()
            try fields.verifyVersion()
            try self.init(fields)
        } catch { throw StoreError(error.code, error.text, file: file, offset: offset) }
        guard storeID == nil || storeID == self.storeID else {
            throw StoreError(
                .foreign,
                "a file of store \(self.storeID.hexText) found, of \(storeID!.hexText) expected",
                file: file, offset: offset)
        }
    }

    /// The same from an array.
    public init(
        decoding bytes: [UInt8], file: String, at offset: Int = 0, storeID: UInt64? = nil
    ) throws(StoreError) {
        try self.init(decoding: bytes.rawSpan, file: file, at: offset, storeID: storeID)
    }

    private init(_ fields: HeaderFields) throws(HeaderFault) {
        guard let kind = FileKind(rawValue: fields.kind) else {
            throw HeaderFault(.unsupported, "file kind \(fields.kind) found, 1 to 4 supported")
        }
        guard fields.fileID <= StoreFile.idMax else {
            throw HeaderFault(
                .unsupported, "file id \(fields.fileID) found, up to \(StoreFile.idMax) supported")
        }
        let length = Int(fields.headerLength)
        guard (Self.encodedSize...Self.headerLengthMax).contains(length), length % 8 == 0 else {
            throw HeaderFault(
                .unsupported,
                "header length \(length) found, 64 to 4096 in steps of 8 supported")
        }
        self.init(
            kind: kind, fileID: fields.fileID, fileSalt: fields.fileSalt, storeID: fields.storeID,
            year: fields.year == 0 ? nil : Int(fields.year), firstLSN: fields.firstLSN)
        major = fields.major
        minor = fields.minor
        headerLength = fields.headerLength
        flags = fields.flags
    }
}

/// What is wrong with a header, without its place.
private struct HeaderFault: Error {
    var code: StoreError.Code
    var text: String

    init(_ code: StoreError.Code, _ text: String) {
        self.code = code
        self.text = text
    }
}

/// The numbers of a header as they stand in the file, before any is believed.
private struct HeaderFields {
    var magic: UInt64
    var kind: UInt16
    var major: UInt16
    var minor: UInt16
    var headerLength: UInt16
    var fileID: UInt64
    var fileSalt: UInt64
    var storeID: UInt64
    var year: UInt32
    var flags: UInt32
    var firstLSN: UInt64
    var hash: UInt64
    /// What the checksum would be behind the right magic.
    var expectedHash: UInt64

    init(_ bytes: RawSpan) throws(CodecError) {
        var reader = ByteReader(bytes)
        magic = try reader.u64()
        kind = try reader.u16()
        major = try reader.u16()
        minor = try reader.u16()
        headerLength = try reader.u16()
        fileID = try reader.u64()
        fileSalt = try reader.u64()
        storeID = try reader.u64()
        year = try reader.u32()
        flags = try reader.u32()
        firstLSN = try reader.u64()
        hash = try reader.u64()
        var ours: [UInt8] = []
        ours.appendLittleEndian(FileHeader.magic)
        ours.append(try bytes.bytes(in: 8..<56))
        expectedHash = H64.hash(ours, seed: 0)
    }

    /// Tells ours from foreign, and whole from damaged.
    func verifyBytes() throws(HeaderFault) {
        guard magic != FileHeader.magic || hash != expectedHash else { return }
        guard magic == FileHeader.magic else {
            // A wrong magic in front of bytes that verify behind the right one is damage to ours.
            throw HeaderFault(
                hash == expectedHash ? .damaged : .foreign,
                "magic \(magic.hexText) found, \(FileHeader.magic.hexText) expected")
        }
        throw HeaderFault(
            .damaged, "header checksum \(hash.hexText) found, \(expectedHash.hexText) expected")
    }

    func verifyVersion() throws(HeaderFault) {
        guard major == FileHeader.supportedMajor else {
            throw HeaderFault(
                .unsupported,
                "format version \(major).\(minor) found, \(FileHeader.supportedMajor) supported")
        }
        let unknown = (flags & 0xFFFF_0000) & ~FileHeader.knownFlags
        guard unknown == 0 else {
            throw HeaderFault(
                .unsupported,
                "flags \(UInt64(unknown).hexDigits(8)) found, none of the high half supported")
        }
    }
}
