import ColumnCodec
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

@Suite("CatalogRecord") struct CatalogRecordTests {
    static let address = PointAddress(device: 1201, type: .input, number: 5)
    static let version = PointVersion(
        name: "Supply", unit: "°C", dataType: .analog, validFrom: Timestamp(milliseconds: -2))
    static let records: [CatalogRecord] = [
        .device(1201, name: "AHU 1"), .series(SeriesID(rawValue: 7), address),
        .point(address, version), .other(kind: 200, body: [1, 2]),
    ]

    static func payload(_ records: [CatalogRecord]) -> [UInt8] {
        CatalogRecord.payloads(of: records).flatMap { $0 }
    }

    @Test("has these bytes") func bytes() {
        #expect(
            Self.payload(Self.records) == [
                2, 10, 0xB1, 4, 0, 0, 5, 0x41, 0x48, 0x55, 0x20, 0x31,
                1, 14, 7, 0, 0, 0, 0xB1, 4, 0, 0, 2, 0, 5, 0, 0, 0,
                3, 30, 0xB1, 4, 0, 0, 2, 0, 5, 0, 0, 0, 6, 0x53, 0x75, 0x70, 0x70, 0x6C, 0x79,
                3, 0xC2, 0xB0, 0x43, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                200, 2, 1, 2,
            ])
    }

    @Test("comes back as it was, from as many payloads as it takes")
    func roundTrip() throws {
        #expect(try CatalogRecord.decode(payload: Self.payload(Self.records)) == Self.records)
        let many = (1...5000).map { number in
            CatalogRecord.device(DeviceID(UInt32(number)), name: "device number \(number)")
        }
        let payloads = CatalogRecord.payloads(of: many)
        #expect(payloads.count > 1 && payloads.allSatisfy { $0.count < 66 << 10 })
        // A store holds them until the next flush: arrays that had grown were twice as large.
        #expect(payloads.allSatisfy { $0.capacity < $0.count * 9 / 8 + 64 })
        var back: [CatalogRecord] = []
        for payload in payloads { back += try CatalogRecord.decode(payload: payload) }
        #expect(back == many)
    }

    @Test("ignores the tail that a later version adds")
    func tail() throws {
        var bytes = Self.payload([Self.records[1]])
        bytes[1] += 3
        bytes += [9, 9, 9]
        #expect(try CatalogRecord.decode(payload: bytes) == [Self.records[1]])
    }

    @Test("is refused at every truncation inside a record")
    func truncated() {
        for record in Self.records {
            let bytes = Self.payload([record])
            for length in 1..<bytes.count {
                #expect(throws: CodecError.self) {
                    try CatalogRecord.decode(payload: Array(bytes.prefix(length)))
                }
            }
        }
    }

    @Test("is refused with point number 0, a wrong text, series 2^32 − 1 or an unknown kind")
    func refused() {
        var bytes = Self.payload([Self.records[1]])
        bytes[12] = 0
        #expect(throws: CodecError.self) { try CatalogRecord.decode(payload: bytes) }
        bytes = Self.payload([Self.records[0]])
        bytes[8] = 0xFF
        #expect(throws: CodecError.self) { try CatalogRecord.decode(payload: bytes) }
        bytes = Self.payload([.series(SeriesID(rawValue: .max), Self.address)])
        #expect(throws: CodecError.self) { try CatalogRecord.decode(payload: bytes) }
        #expect(
            throws: CodecError.unsupported(
                "catalog record kind 4 found, 1 to 3 and 128 or more supported")
        ) {
            try CatalogRecord.decode(payload: [4, 0])
        }
    }

    @Test("never traps on changed bytes, and prints what it takes")
    func fuzz() throws {
        var random = SplitMix64(seed: 11)
        for _ in 0..<5000 {
            let changed = random.mutated(Self.payload(Self.records))
            guard let records = try? CatalogRecord.decode(payload: changed) else { continue }
            #expect(try CatalogRecord.decode(payload: Self.payload(records)) == records)
        }
    }
}
