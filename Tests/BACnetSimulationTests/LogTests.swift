import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingSimulation
import Testing
import TimeSeriesModel

/// The records of the logs are the building's values at their times, however they are asked for.
@Suite("Simulated devices, their trend logs") struct LogTests {
    private static let address = Field.address(1001)
    private static let buffer = ObjectProperty(ObjectIdentifier(.trendLog, 1), .logBuffer)
    /// A round hour, on which a record stands.
    private static let start = Timestamp("2025-03-03T00:00:00Z")!

    /// A log of 300 places that held 280 records at the start, the fifty-first of which had the
    /// number 1 again.
    private func field() -> Field {
        Field(
            deviceCount: 1,
            adjust: { profile, _ in
                profile.utcOffsetMinutes = -60
                profile.logs.recordCount = 280
                profile.logs.recordCountMax = 300
                profile.logs.firstSequence = UInt32.max - 49
            })
    }

    private struct Truth: Hashable {
        let sequence: UInt32
        let record: LogRecord
    }

    /// The records from the first to the last, by the building's own word.
    private func truth(_ field: Field, _ numbers: Range<Int64>) throws -> [Truth] {
        try numbers.map { number in
            let moment = Timestamp(
                milliseconds: LogTests.start.milliseconds + (number - 279) * 900_000)
            let sequence = number < 50 ? UInt32.max - 49 + UInt32(number) : UInt32(number - 49)
            let value = try #require(field.building.value(of: 0, at: moment))
            let time = try #require(
                BACnetDateTime(unixMilliseconds: moment.milliseconds, utcOffsetMinutes: -60))
            return Truth(
                sequence: sequence,
                record: LogRecord(
                    time: time, datum: .real(Float(value)), statusFlags: StatusFlags()))
        }
    }

    @Test("come out whole by position, sequence and time, over the wrap of their numbers")
    func whole() throws {
        let field = field()
        let (found, counts) = try field.go { client in
            // Thirty records later ten have made room.
            try await field.sleep(until: .seconds(30 * 900))
            let log = ObjectIdentifier(.trendLog, 1)
            let counts = await client.readProperties(
                [
                    ObjectProperty(log, .recordCount), ObjectProperty(log, .totalRecordCount),
                    ObjectProperty(log, .bufferSize), ObjectProperty(log, .logInterval),
                ], of: LogTests.address)
            let found = [
                try await byPosition(client), try await bySequence(client),
                try await byTime(client),
            ]
            return (found, counts.mapValues(\.value))
        }
        let log = ObjectIdentifier(.trendLog, 1)
        #expect(counts[ObjectProperty(log, .recordCount)] == .unsigned(300))
        #expect(counts[ObjectProperty(log, .totalRecordCount)] == .unsigned(260))
        #expect(counts[ObjectProperty(log, .bufferSize)] == .unsigned(300))
        #expect(counts[ObjectProperty(log, .logInterval)] == .unsigned(90_000))
        let truth = try truth(field, 10..<310)
        for records in found { #expect(records == truth.map(\.record)) }
    }

    private func byPosition(_ client: BACnetClient) async throws -> [LogRecord] {
        var found: [LogRecord] = []
        while true {
            let ack = try await client.readRange(
                .byPosition(UInt32(found.count + 1), count: 1_000), of: LogTests.buffer,
                at: LogTests.address)
            #expect(ack.hasFirst == found.isEmpty && ack.moreFollow == !ack.hasLast)
            #expect(ack.firstSequence == nil)
            found += try ack.logRecords()
            if ack.hasLast { return found }
        }
    }

    private func bySequence(_ client: BACnetClient) async throws -> [LogRecord] {
        var found: [LogRecord] = []
        var next = UInt32.max - 39
        while true {
            let ack = try await client.readRange(
                .bySequence(next, count: 40), of: LogTests.buffer, at: LogTests.address)
            guard ack.itemCount > 0 else { return found }
            #expect(ack.firstSequence == next)
            found += try ack.logRecords()
            for _ in 0..<ack.itemCount { next = next == .max ? 1 : next + 1 }
        }
    }

    private func byTime(_ client: BACnetClient) async throws -> [LogRecord] {
        var found: [LogRecord] = []
        var last = BACnetDateTime(unixMilliseconds: 0, utcOffsetMinutes: 0)!
        while true {
            let ack = try await client.readRange(
                .byTime(last, count: 40), of: LogTests.buffer, at: LogTests.address)
            let records = try ack.logRecords()
            guard let newest = records.last else { return found }
            found += records
            last = newest.time
        }
    }

    @Test("end at the reference where the count is negative, oldest first")
    func backward() throws {
        let field = field()
        let truth = try truth(field, 0..<280)
        let reference = truth[100].record.time
        let found = try field.go { client in
            var found: [ReadRangeAck] = []
            for range: ReadRangeRequest.Range in [
                .byPosition(20, count: -5), .bySequence(1, count: -5),
                .byTime(reference, count: -5), .byTime(reference, count: 5),
                .byPosition(280, count: -1_000), .byPosition(281, count: -1),
                .bySequence(UInt32.max - 50, count: 3), .byPosition(3, count: -10),
            ] {
                found.append(
                    try await client.readRange(range, of: LogTests.buffer, at: LogTests.address))
            }
            return found
        }
        let records = try found.map { try $0.logRecords() }
        func expected(_ range: Range<Int>) -> [LogRecord] { truth[range].map(\.record) }
        #expect(records[0] == expected(15..<20) && records[1] == expected(46..<51))
        #expect(found[1].firstSequence == UInt32.max - 3)
        #expect(records[2] == expected(95..<100) && records[3] == expected(101..<106))
        // What does not fit is left out on the far side.
        #expect(records[4] == expected((280 - records[4].count)..<280) && records[4].count < 280)
        #expect(found[4].moreFollow && found[4].hasLast && !found[4].hasFirst)
        #expect(records[5].isEmpty && records[6].isEmpty)
        #expect(records[7] == expected(0..<3) && found[7].hasFirst && !found[7].moreFollow)
    }

    @Test("are cut to the APDU of a small device, and refuse what is no range of theirs")
    func refusals() throws {
        let field = Field(
            deviceCount: 1,
            adjust: { profile, _ in
                profile.octetCountMax = 128
                profile.segmentation = .none
            })
        let log = ObjectIdentifier(.trendLog, 1)
        try field.go { client in
            let ack = try await client.readRange(.all, of: LogTests.buffer, at: LogTests.address)
            #expect(ack.itemCount == 5 && ack.moreFollow)
            #expect(ack.encoded.count + 3 <= 128 && ack.encoded.count + 3 + 22 > 128)
            let refused: [(ObjectProperty, ReadRangeRequest.Range, ErrorReply)] = [
                (
                    ObjectProperty(log, .recordCount), .all,
                    ErrorReply(.services, .propertyIsNotAList)
                ),
                (ObjectProperty(log, .units), .all, ErrorReply(.property, .unknownProperty)),
                (
                    ObjectProperty(log, .logBuffer, index: 1), .all,
                    ErrorReply(.property, .propertyIsNotAnArray)
                ),
                (
                    LogTests.buffer, .byPosition(1, count: 0),
                    ErrorReply(.property, .valueOutOfRange)
                ),
                (
                    ObjectProperty(ObjectIdentifier(.trendLog, 9), .logBuffer), .all,
                    ErrorReply(.object, .unknownObject)
                ),
            ]
            for (target, range, reply) in refused {
                do throws(RequestFailure) {
                    _ = try await client.readRange(range, of: target, at: LogTests.address)
                    Issue.record("\(target) was read")
                } catch { #expect(error.reason == .error(reply)) }
            }
        }
    }
}
