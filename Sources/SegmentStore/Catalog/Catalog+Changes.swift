public import TimeSeriesModel

/// The records of one or more changes, in order: what must be logged before they may be relied on.
public struct CatalogChange: Hashable, Sendable {
    public private(set) var records: [CatalogRecord] = []
    /// Entries that are recorded with the change, in the same write and sync, so that no acknowledged
    /// change is without them. A change without records records none of them.
    public var journal: [JournalEntry] = []

    public init() {}

    public var isEmpty: Bool { records.isEmpty }

    /// The payloads of the frames that carry the records.
    public var payloads: [[UInt8]] { CatalogRecord.payloads(of: records) }

    /// The payload of one frame that carries them all, so that a crash leaves all of them or none.
    var payload: [UInt8] {
        var bytes: [UInt8] = []
        for record in records { record.append(to: &bytes) }
        return bytes
    }

    mutating func append(_ record: CatalogRecord) { records.append(record) }
}

extension Catalog {
    /// The series of a point, which gets one if it has none.
    ///
    /// - Parameters:
    ///   - address: of the point.
    ///   - change: gets the record that defines a new series; it must precede the series' first
    ///     sample in the log.
    /// - Throws: ``StoreError`` with code `limitExceeded` where all 2^32 − 2 ids are taken.
    public mutating func addSeries(
        for address: PointAddress, into change: inout CatalogChange
    ) throws(StoreError) -> SeriesID {
        if let known = series(of: address) { return known }
        guard nextSeriesID < Catalog.seriesIDEnd else {
            throw StoreError(.limitExceeded, "all \(UInt32.max - 1) series ids are taken")
        }
        let id = nextSeriesID
        try make(.series(id, address), into: &change)
        return id
    }

    /// Gives a device a name; the same name again changes nothing.
    ///
    /// - Throws: ``StoreError`` with code `invalidParameter` for a name that is empty or holds a
    ///   '/', `limitExceeded` for one above 1,024 bytes.
    public mutating func setName(
        _ name: String, of device: DeviceID, into change: inout CatalogChange
    ) throws(StoreError) {
        try Catalog.check(name, "device name", CatalogRecord.nameByteCountMax)
        guard !name.utf8.contains(UInt8(ascii: "/")) else {
            throw StoreError(
                .invalidParameter, "device name \"\(name)\" holds a '/', which ends device names")
        }
        guard self.name(of: device) != name else { return }
        try make(.device(device, name: name), into: &change)
    }

    /// Adds a version of a point; one that says nothing new is left out.
    ///
    /// A version valid from the same time as an earlier one replaces it.
    ///
    /// - Throws: ``StoreError`` with code `invalidParameter` for an empty name, `limitExceeded` for
    ///   a name above 1,024 or a unit above 256 bytes.
    public mutating func define(
        _ address: PointAddress, as version: PointVersion, into change: inout CatalogChange
    ) throws(StoreError) {
        try Catalog.check(version.name, "point name", CatalogRecord.nameByteCountMax)
        guard version.unit.utf8.count <= CatalogRecord.unitByteCountMax else {
            throw Catalog.tooLong("unit", version.unit, CatalogRecord.unitByteCountMax)
        }
        if let point = self[address], let first = point.versions.first,
            first.validFrom <= version.validFrom,
            let known = point.version(at: version.validFrom), known.describesSame(as: version)
        {
            return
        }
        try make(.point(address, version), into: &change)
    }

    mutating func make(
        _ record: CatalogRecord, into change: inout CatalogChange
    ) throws(StoreError) {
        try apply(record)
        change.append(record)
    }

    static func check(
        _ text: String, _ parameter: String, _ byteCountMax: Int
    ) throws(StoreError) {
        guard !text.isEmpty else { throw StoreError(.invalidParameter, "\(parameter) is empty") }
        guard text.utf8.count <= byteCountMax else { throw tooLong(parameter, text, byteCountMax) }
    }

    private static func tooLong(
        _ parameter: String, _ text: String, _ byteCountMax: Int
    ) -> StoreError {
        StoreError(
            .limitExceeded,
            "\(parameter) of \(text.utf8.count) bytes found, at most \(byteCountMax) expected")
    }
}
