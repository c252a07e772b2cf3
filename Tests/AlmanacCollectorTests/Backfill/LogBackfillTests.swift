import BACnetMessages
import BuildingModel
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

/// What single records become: samples, gaps with their reasons, or reports.
@Suite("Back-fill of a trend log") struct LogBackfillTests {
    private static let start = Timestamp("2025-03-03T00:00:00Z")!
    private static let interval: Int64 = 60_000
    private static let object = ObjectIdentifier(.analogInput, 1)
    private static let point = PointAddress(device: 7, type: .input, number: 1)
    private static let other = PointAddress(device: 7, type: .input, number: 2)

    private static func time(_ place: Int64) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + place * interval)
    }

    private static func entry(
        _ place: Int64, _ content: LogEntry.Content, flags: StatusFlags? = nil
    ) -> LogEntry {
        LogEntry(localTime: time(place).milliseconds, content: content, flags: flags)
    }

    private static func real(_ place: Int64, _ value: Float) -> LogEntry {
        entry(place, .values([.real(value)]))
    }

    /// What a pass over a log with these records stores and records.
    private func read(
        _ entries: [LogEntry], cursor: LogCursor? = nil, isMultiple: Bool = false,
        clock: DeviceClock = DeviceClock(), at now: Timestamp = time(1000),
        members: [LogMember?] = [LogMember(point: point)]
    ) -> Result {
        var backfill = LogBackfill(
            cursor: cursor, clock: clock, settings: BackfillSettings(), octetCountMax: 1476,
            isMultiple: isMultiple, verifies: true
        ) { reference in
            let place = Int(reference.target.object.instance) - 1
            guard let member = members[place] else { return .failure(.nothingLogged) }
            return .success(member)
        }
        let references = members.indices.map { place in
            LoggedReference(
                ObjectProperty(ObjectIdentifier(.analogInput, UInt32(place + 1)), .presentValue))
        }
        let properties = LogProperties(
            recordCount: UInt32(entries.count), totalRecordCount: UInt32(entries.count),
            interval: .milliseconds(LogBackfillTests.interval), references: references)
        var result = Result()
        result.take(backfill.take(.begin, at: now))
        result.take(backfill.take(.properties(properties), at: now))
        guard result.outcome == nil else { return result }
        let page = LogPage(entries: entries, firstSequence: 1, hasLast: true)
        result.take(backfill.take(.page(page), at: now))
        return result
    }

    private struct Result {
        var samples: [PointSample] = []
        var gaps: [Gap] = []
        var notes: [BackfillNote] = []
        var cursor: LogCursor?
        var outcome: LogOutcome?

        mutating func take(_ actions: [LogBackfill.Action]) {
            for action in actions {
                switch action {
                case .store(let new): samples += new
                case .record(let new): gaps += new
                case .note(let note): notes.append(note)
                case .save(let new): cursor = new
                case .finish(let new): outcome = new
                case .readProperties, .read: break
                }
            }
        }
    }

    @Test("stores values of every kind with the flags of their records")
    func values() {
        let flags = StatusFlags(inAlarm: true, overridden: true)
        let result = read([
            LogBackfillTests.entry(0, .values([.real(72.3)]), flags: flags),
            LogBackfillTests.entry(1, .values([.boolean(true)])),
            LogBackfillTests.entry(2, .values([.enumerated(3)]), flags: StatusFlags(fault: true)),
            LogBackfillTests.entry(3, .values([.unsigned(4)])),
            LogBackfillTests.entry(4, .values([.signed(-5)])),
            LogBackfillTests.entry(5, .values([.any([.double(1.5)])])),
        ])
        #expect(result.samples.map(\.value) == [72.3, 1, 3, 4, -5, 1.5])
        #expect(result.samples.map(\.quality) == [[.alarm, .overridden], [], .fault, [], [], []])
        #expect(result.samples.map(\.timestamp) == (0..<6).map { LogBackfillTests.time($0) })
        #expect(result.gaps.isEmpty)
    }

    @Test("makes gaps of failures, of a log that was off, and of one that was interrupted")
    func gaps() {
        let failure = LogDatum.failure(ErrorReply(.property, .other))
        let result = read([
            LogBackfillTests.real(0, 1),
            LogBackfillTests.entry(1, .values([failure])),
            LogBackfillTests.entry(2, .values([failure])),
            LogBackfillTests.real(3, 2),
            LogBackfillTests.entry(4, .status(LogStatus(isDisabled: true))),
            LogBackfillTests.entry(90, .status(LogStatus())),
            LogBackfillTests.real(91, 3),
            LogBackfillTests.entry(200, .status(LogStatus(isInterrupted: true))),
            LogBackfillTests.real(201, 4),
            LogBackfillTests.entry(202, .values([.null])),
            LogBackfillTests.entry(203, .values([.real(.nan)])),
            LogBackfillTests.entry(204, .unreadable),
            LogBackfillTests.real(205, 5),
        ])
        #expect(result.samples.map(\.value) == [1, 2, 3, 4, 5])
        let expected: [(Int64, Int64, GapReason)] = [
            (1, 3, .deviceError), (4, 91, .logDisabled), (92, 201, .deviceOffline),
            (202, 204, .notANumber), (204, 205, .deviceError),
        ]
        #expect(
            result.gaps.map { [$0.range.from, $0.range.to] }
                == expected.map { [LogBackfillTests.time($0.0), LogBackfillTests.time($0.1)] })
        #expect(result.gaps.map(\.reason) == expected.map(\.2))
    }

    @Test("goes on with an open gap in the next pass")
    func openGap() {
        let first = read([
            LogBackfillTests.real(0, 1),
            LogBackfillTests.entry(1, .status(LogStatus(isDisabled: true))),
        ])
        #expect(first.gaps.isEmpty)
        let second = read(
            [
                LogBackfillTests.real(0, 1),
                LogBackfillTests.entry(1, .status(LogStatus(isDisabled: true))),
                LogBackfillTests.entry(7, .status(LogStatus())), LogBackfillTests.real(8, 2),
            ], cursor: first.cursor)
        // The page begins with the overlapped record in a device; here it is the whole log again, which
        // is another record than the last known one.
        #expect(second.outcome == nil)
        var cursor = first.cursor
        cursor?.sequence = 1
        cursor?.localTime = LogBackfillTests.time(0).milliseconds
        let third = read(
            [
                LogBackfillTests.real(0, 1), LogBackfillTests.entry(7, .status(LogStatus())),
                LogBackfillTests.real(8, 2),
            ], cursor: cursor)
        #expect(third.gaps.map(\.reason) == [.logDisabled])
        #expect(
            third.gaps.map(\.range) == [
                TimeRange(from: LogBackfillTests.time(1), to: LogBackfillTests.time(8))!
            ])
    }

    @Test("reports records of 1970 and 2099, and stores none of them")
    func impossibleTimes() {
        let past = Timestamp("1970-01-01T00:05:00Z")!.milliseconds
        let future = Timestamp("2099-12-31T23:55:00Z")!.milliseconds
        let result = read([
            LogBackfillTests.real(0, 1),
            LogEntry(localTime: past, content: .values([.real(2)])),
            LogEntry(localTime: future, content: .values([.real(3)])),
            LogEntry(localTime: nil, content: .values([.real(4)])),
            LogBackfillTests.real(5, 5),
        ])
        #expect(result.samples.map(\.value) == [1, 5])
        #expect(result.notes == [.impossibleTimes(count: 3, firstLocalTime: past)])
        #expect(result.gaps.map(\.reason) == [.clockRejected])
        #expect(
            result.gaps.map(\.range) == [
                TimeRange(from: LogBackfillTests.time(1), to: LogBackfillTests.time(5))!
            ])
        #expect(result.outcome?.tally.impossibleTimeCount == 3)
    }

    @Test("corrects times by the clock's error, and changes that where the log says so")
    func clockError() {
        let now = LogBackfillTests.time(1000)
        let slow = DeviceClock(
            localTime: now.milliseconds - 3_720_000, utcOffsetMinutes: 0, isDaylightSaving: nil,
            at: now, site: nil)
        let first = read([LogBackfillTests.real(0, 1)], clock: slow)
        #expect(
            first.samples.map(\.timestamp.milliseconds)
                == [LogBackfillTests.time(0).milliseconds + 3_720_000])
        // Somebody has set the clock right: what was recorded before keeps its correction.
        let right = DeviceClock(
            localTime: now.milliseconds, utcOffsetMinutes: 0, isDaylightSaving: nil, at: now,
            site: nil)
        let second = read(
            [
                LogBackfillTests.real(0, 1), LogBackfillTests.real(1, 2),
                LogBackfillTests.entry(63, .timeChange(3720)), LogBackfillTests.real(64, 3),
            ], cursor: first.cursor, clock: right)
        #expect(second.notes == [.clockSet(seconds: 3720)])
        #expect(
            second.samples.map(\.timestamp)
                == [LogBackfillTests.time(63), LogBackfillTests.time(64)])
    }

    @Test("reads a log of several properties, each of which may fail alone")
    func multiple() {
        let members: [LogMember?] = [
            LogMember(point: LogBackfillTests.point), nil, LogMember(point: LogBackfillTests.other),
        ]
        let failure = LogDatum.failure(ErrorReply(.property, .other))
        let result = read(
            [
                LogBackfillTests.entry(0, .values([.real(1), .real(9), .enumerated(1)])),
                LogBackfillTests.entry(1, .values([.real(2), .real(9), failure])),
                LogBackfillTests.entry(2, .values([.real(3), .real(9), .enumerated(0)])),
                LogBackfillTests.entry(3, .values([.real(4)])),
                LogBackfillTests.entry(4, .values([.real(5), .real(9), .enumerated(1)])),
            ], isMultiple: true, members: members)
        #expect(
            result.samples.filter { $0.point == LogBackfillTests.point }.map(\.value)
                == [1, 2, 3, 4, 5])
        #expect(
            result.samples.filter { $0.point == LogBackfillTests.other }.map(\.value) == [1, 0, 1])
        #expect(result.samples.count == 8)
        #expect(result.gaps.map(\.point) == [LogBackfillTests.other, LogBackfillTests.other])
        #expect(result.gaps.map(\.reason) == [.deviceError, .deviceError])
    }

    @Test("restores the thousandths of a T3000 panel, and takes its word for never read")
    func thousandths() {
        let members: [LogMember?] = [LogMember(point: LogBackfillTests.point, isT3: true)]
        let result = read(
            [
                LogBackfillTests.real(0, 16_383.999), LogBackfillTests.real(1, 1_431_655.75),
                LogBackfillTests.real(2, -0.001),
            ], members: members)
        #expect(result.samples.map(\.value) == [16_383.999, -0.001])
        #expect(result.samples.map(\.quality) == [[], []])
        #expect(result.gaps.map(\.reason) == [.sentinel])
    }

    @Test("ignores a log that records nothing of use, with the reason")
    func ignored() {
        let instance: UInt32 = 7
        let points = LoggedPoints(
            CollectedDevice(id: 7, name: "d", instance: instance),
            [
                CollectedPoint(
                    address: LogBackfillTests.point, object: LogBackfillTests.object,
                    dataType: .analog)
            ])
        let value = ObjectProperty(LogBackfillTests.object, .presentValue)
        #expect(
            points.member(of: LoggedReference(value))
                == .success(LogMember(point: LogBackfillTests.point)))
        #expect(
            points.member(of: LoggedReference(value, device: 7))
                == .success(LogMember(point: LogBackfillTests.point)))
        #expect(points.member(of: LoggedReference(value, device: 8)) == .failure(.otherDevice(8)))
        let flags = LoggedReference(ObjectProperty(LogBackfillTests.object, .statusFlags))
        guard case .failure(.otherProperty) = points.member(of: flags) else {
            Issue.record("a log of status flags is not one of values")
            return
        }
        let unknown = LoggedReference(
            ObjectProperty(ObjectIdentifier(.analogInput, 2), .presentValue))
        #expect(
            points.member(of: unknown) == .failure(.notCollected("analog-input,2")))
        #expect(read([], members: [nil]).outcome?.ending == .ignored(.nothingLogged))
    }

    @Test("reads the references of both kinds of log")
    func references() {
        let values: [TaggedValue] = [
            .context(tag: 0, octets: [0, 0, 0, 1]), .context(tag: 1, octets: [85]),
            .context(tag: 0, octets: [0, 0x40, 0, 2]), .context(tag: 1, octets: [111]),
            .context(tag: 2, octets: [3]), .context(tag: 3, octets: [2, 0, 0, 9]),
            .context(tag: 0, octets: [0, 0x3F, 0xFF, 0xFF]), .context(tag: 1, octets: [85]),
        ]
        let found = LoggedReference.all(in: values)
        #expect(
            found == [
                LoggedReference(ObjectProperty(ObjectIdentifier(.analogInput, 1), .presentValue)),
                LoggedReference(
                    ObjectProperty(ObjectIdentifier(.analogOutput, 2), .statusFlags, index: 3),
                    device: 9), nil,
            ])
        #expect(LoggedReference.all(in: []) == [])
    }

    @Test("counts over the wrap of the numbers", arguments: [1, 2, 1000, UInt32.max - 1, .max])
    func sequence(number: UInt32) {
        for steps in [0, 1, 2, 999, 1_000_000] as [Int64] {
            let later = LogSequence.number(number, advancedBy: steps)
            #expect(later != 0)
            #expect(LogSequence.distance(from: number, to: later) == steps)
            #expect(LogSequence.number(later, advancedBy: -steps) == number)
        }
        #expect(LogSequence.number(.max, advancedBy: 1) == 1)
    }
}
