import ColumnCodec
public import TimeSeriesModel

/// One fact about who is who, as it stands in the log and in both catalog files
/// (`docs/format/record-file.md`).
///
/// The payload of a catalog frame is one or more of these:
/// ```
/// u8 kind, varint byte count, body
///   1 series   u32 id, key
///   2 device   u32 id, text name
///   3 point    key, text name, text unit, u8 data type, i64 valid from
///   128 document  text key, i64 valid from, varint byte count, content
/// key  = u32 device, u16 type, u32 number        text = varint byte count, UTF-8
/// ```
/// A body may be longer than what is listed: older readers ignore its tail. An unknown kind below
/// 128 is refused, one from 128 on is carried along unread.
public enum CatalogRecord: Hashable, Sendable {
    case series(SeriesID, PointAddress)
    case device(DeviceID, name: String)
    case point(PointAddress, PointVersion)
    case document(key: String, CatalogDocument)
    /// A record of a later version that need not be understood.
    case other(kind: UInt8, body: [UInt8])

    /// Bytes of a name at most.
    public static let nameByteCountMax = 1024
    /// Bytes of a unit's text at most.
    public static let unitByteCountMax = 256
    /// Bytes of a payload that ``payloads(of:)`` fills before it begins another.
    static let payloadByteCountTarget = 64 << 10

    fileprivate enum Kind {
        static let series: UInt8 = 1
        static let device: UInt8 = 2
        static let point: UInt8 = 3
        static let mayIgnore: UInt8 = 128
        static let document: UInt8 = 128
    }
}

/// A payload of the catalog that is filled with records.
struct CatalogPayload {
    private var bytes: [UInt8] = []

    /// Appends a record.
    ///
    /// - Returns: the payload if it is full with this record; another one is begun then.
    mutating func append(_ record: CatalogRecord) -> [UInt8]? {
        record.append(to: &bytes)
        return bytes.count >= CatalogRecord.payloadByteCountTarget ? take() : nil
    }

    /// Ends the payload.
    ///
    /// - Returns: the bytes, in an array of their size: a store holds payloads until the next flush,
    ///   and an array that grew is up to twice as large. Nil if there are none.
    mutating func take() -> [UInt8]? {
        guard !bytes.isEmpty else { return nil }
        var payload: [UInt8] = []
        payload.reserveCapacity(bytes.count)
        payload.append(contentsOf: bytes)
        bytes.removeAll(keepingCapacity: true)
        return payload
    }
}

extension CatalogRecord {
    /// The payloads of as few frames as hold the records, in their order, about 64 KiB each.
    public static func payloads(of records: some Sequence<CatalogRecord>) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        var open = CatalogPayload()
        for record in records {
            if let full = open.append(record) { payloads.append(full) }
        }
        if let last = open.take() { payloads.append(last) }
        return payloads
    }

    /// Appends kind, length and body.
    func append(to bytes: inout [UInt8]) {
        var body: [UInt8] = []
        body.reserveCapacity(64)
        switch self {
        case .series(let id, let address):
            bytes.append(Kind.series)
            body.appendLittleEndian(id.rawValue)
            body.append(key: address)
        case .device(let id, let name):
            bytes.append(Kind.device)
            body.appendLittleEndian(id.rawValue)
            body.append(text: name)
        case .point(let address, let version):
            bytes.append(Kind.point)
            body.append(key: address)
            body.append(text: version.name)
            body.append(text: version.unit)
            body.append(version.dataType.code)
            body.appendLittleEndian(version.validFrom.rawValue)
        case .document(let key, let document):
            bytes.append(Kind.document)
            body.append(text: key)
            body.appendLittleEndian(document.validFrom.rawValue)
            body.appendVarint(document.content.count)
            body.append(contentsOf: document.content)
        case .other(let kind, let unread):
            bytes.append(kind)
            body = unread
        }
        bytes.appendVarint(body.count)
        bytes.append(contentsOf: body)
    }

    /// The records of one payload, all of them valid.
    ///
    /// - Throws: `CodecError`: truncated or malformed bytes, or a kind that only a later version
    ///   understands.
    static func decode(payload: [UInt8]) throws(CodecError) -> [CatalogRecord] {
        var records: [CatalogRecord] = []
        var reader = ByteReader(payload.rawSpan)
        while reader.remaining > 0 {
            let kind = try reader.u8()
            let byteCount = try reader.varint(upTo: reader.remaining, "catalog record length")
            records.append(try CatalogRecord(kind: kind, body: try reader.take(byteCount)))
        }
        return records
    }

    private init(kind: UInt8, body: RawSpan) throws(CodecError) {
        // What is left in the reader at the end is the tail of a later version.
        var reader = ByteReader(body)
        switch kind {
        case Kind.series:
            self = .series(try reader.seriesID(), try reader.key())
        case Kind.device:
            let id = DeviceID(try reader.u32())
            self = .device(id, name: try reader.text(upTo: Self.nameByteCountMax, "device name"))
        case Kind.point:
            self = .point(try reader.key(), try reader.version())
        case Kind.document:
            let key = try reader.text(upTo: CatalogDocument.keyByteCountMax, "document key")
            let validFrom = Timestamp(rawValue: try reader.i64())
            let count = try reader.varint(
                upTo: CatalogDocument.contentByteCountMax, "document length")
            var content: [UInt8] = []
            content.append(try reader.take(count))
            self = .document(key: key, CatalogDocument(validFrom: validFrom, content: content))
        case Kind.mayIgnore...:
            var bytes: [UInt8] = []
            bytes.append(body)
            self = .other(kind: kind, body: bytes)
        default:
            throw .unsupported(
                "catalog record kind \(kind) found, 1 to 3 and 128 or more supported")
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(key address: PointAddress) {
        appendLittleEndian(address.device.rawValue)
        appendLittleEndian(address.type.rawValue)
        appendLittleEndian(address.number)
    }

    fileprivate mutating func append(text: String) {
        appendVarint(text.utf8.count)
        append(contentsOf: text.utf8)
    }
}

extension ByteReader {
    fileprivate mutating func seriesID() throws(CodecError) -> SeriesID {
        let id = SeriesID(rawValue: try u32())
        guard id < Catalog.seriesIDEnd else { throw .malformed("series id \(id.rawValue) found") }
        return id
    }

    fileprivate mutating func key() throws(CodecError) -> PointAddress {
        let device = DeviceID(try u32())
        let type = PointType(try u16())
        let number = try u32()
        guard let address = PointAddress(validating: device, type: type, number: number) else {
            throw .malformed("point number 0 found, 1 or more expected")
        }
        return address
    }

    fileprivate mutating func text(
        upTo byteCountMax: Int, _ name: StaticString
    ) throws(CodecError) -> String {
        var bytes: [UInt8] = []
        bytes.append(try take(try varint(upTo: byteCountMax, name)))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("\(name): bytes found that are not UTF-8")
        }
        return text
    }

    fileprivate mutating func version() throws(CodecError) -> PointVersion {
        let name = try text(upTo: CatalogRecord.nameByteCountMax, "point name")
        let unit = try text(upTo: CatalogRecord.unitByteCountMax, "unit")
        let code = try u8()
        guard let dataType = DataType(code: code) else {
            throw .unsupported("data type \(code) found, 1 to 3 supported")
        }
        return PointVersion(
            name: name, unit: unit, dataType: dataType,
            validFrom: Timestamp(rawValue: try i64()))
    }
}
