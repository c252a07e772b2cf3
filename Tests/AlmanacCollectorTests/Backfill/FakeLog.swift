import BACnetMessages
import BuildingModel
import TimeSeriesModel

@testable import AlmanacCollector

/// A trend log of a device, as a model keeps it: a list of records, of which the buffer holds the last.
struct FakeLog {
    enum Kind: CaseIterable {
        case honest
        /// No record has the number by which it is requested.
        case numbersUnknown
        /// The numbers of replies are those of other records.
        case numbersWrong
        /// It refuses to read by number.
        case refusesNumbers
        /// It refuses to read by number and by time.
        case refusesTimes
        /// It has no total-record-count, and its replies by time come from the front of the buffer.
        case timesIgnored
    }

    static let interval: Int64 = 900_000
    static let start = Timestamp("2025-03-03T00:00:00Z")!

    let kind: Kind
    let bufferSize: Int
    /// Every record that was ever made.
    private(set) var made: [LogEntry] = []
    /// Where the buffer begins among them.
    private(set) var first = 0
    /// Number of the last record.
    private(set) var total: UInt32

    init(_ kind: Kind, bufferSize: Int, firstNumber: UInt32) {
        self.kind = kind
        self.bufferSize = bufferSize
        total = LogSequence.number(firstNumber, advancedBy: -1)
    }

    var held: Range<Int> { first..<made.count }

    static func time(of record: Int) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + Int64(record) * interval)
    }

    /// The time of the next record.
    var now: Timestamp { FakeLog.time(of: made.count) }

    /// The value of a record follows from its place.
    static func value(of record: Int) -> Float { Float(record % 5000) / 8 }

    mutating func append(_ content: LogEntry.Content? = nil) {
        let place = made.count
        made.append(
            LogEntry(
                localTime: FakeLog.time(of: place).milliseconds,
                content: content ?? .values([.real(FakeLog.value(of: place))]),
                flags: StatusFlags()))
        total = LogSequence.number(total, advancedBy: 1)
        first = max(first, made.count - bufferSize)
    }

    /// Clears the buffer; numbers go on, or begin again with 1.
    mutating func purge(resetsNumbers: Bool) {
        first = made.count
        if resetsNumbers { total = UInt32.max }
    }

    var properties: LogProperties {
        LogProperties(
            recordCount: UInt32(held.count),
            totalRecordCount: kind == .timesIgnored
                ? nil : held.isEmpty && total == .max ? 0 : total,
            bufferSize: UInt32(bufferSize), interval: .milliseconds(FakeLog.interval),
            references: [
                LoggedReference(ObjectProperty(ObjectIdentifier(.analogInput, 1), .presentValue))
            ])
    }

    private func number(of record: Int) -> UInt32 {
        LogSequence.number(total, advancedBy: Int64(record - made.count + 1))
    }

    /// The reply to a request, with so many records at most.
    func reply(to range: ReadRangeRequest.Range, most: Int) -> LogBackfill.Event {
        switch range {
        case .all: return .failed(.refused("all"))
        case .bySequence(let number, let count):
            switch kind {
            case .refusesNumbers, .refusesTimes: return .failed(.refused("by sequence"))
            case .numbersUnknown: return .page(LogPage(entries: []))
            default: break
            }
            guard let newest = made.indices.last, !held.isEmpty else {
                return .page(LogPage(entries: []))
            }
            let back = LogSequence.distance(from: number, to: self.number(of: newest))
            guard back < Int64(held.count) else { return .page(LogPage(entries: [])) }
            let record = newest - Int(back)
            return page(record..<min(record + min(Int(count), most), made.count), of: count)
        case .byTime(let time, let count):
            guard kind != .refusesTimes else { return .failed(.refused("by time")) }
            let local = time.unixMilliseconds(utcOffsetMinutes: 0)!
            var record = held.first { made[$0].localTime! > local } ?? made.count
            if kind == .timesIgnored { record = first }
            return page(record..<min(record + min(Int(count), most), made.count), of: count)
        case .byPosition(let position, let count):
            let record = first + Int(position) - 1
            guard count < 0, held.contains(record) else { return .page(LogPage(entries: [])) }
            let room = min(Int(-count), most)
            return page(max(first, record - room + 1)..<(record + 1), of: nil)
        }
    }

    private func page(_ records: Range<Int>, of count: Int32?) -> LogBackfill.Event {
        var number = count == nil ? nil : records.first.map(number(of:))
        if kind == .numbersWrong {
            number = number.map { LogSequence.number($0, advancedBy: 1_000_000) }
        }
        return .page(
            LogPage(
                entries: Array(made[records]), firstSequence: number,
                hasLast: records.last == made.indices.last && !records.isEmpty,
                moreFollow: count.map { records.count < Int($0) } ?? false
                    && records.upperBound < made.count))
    }
}

extension LogMember {
    /// An analog input.
    init(point: PointAddress, isT3: Bool = false) {
        self.init(
            point: CollectedPoint(
                address: point, object: ObjectIdentifier(.analogInput, point.number),
                dataType: .analog),
            profile: isT3 ? .t3 : .standard)
    }
}
