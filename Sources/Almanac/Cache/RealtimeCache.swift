import DurableFiles
internal import DurableFiles
internal import Synchronization

/// The newest value of every point, for as long as there is room.
///
/// Any thread may ask and tell; nothing here waits for anything but one short lock, held for a few
/// hundred entries at most. What is held goes stale by itself, and is given as stale with its own
/// time until it is swept, replaced, or the least recently used of a full cache.
public final class RealtimeCache: Sendable {
    /// More points than this no cache holds.
    public static let capacityMax = 200_000

    public let capacity: Int
    private let time: any TimeSource
    private let onEvent: (@Sendable (CacheEvent) -> Void)?
    /// One lock, not one for each of several parts: bound and order of use are exact then, and a
    /// device's values of one moment. With two threads at it all the time parts are up to twice as
    /// fast (`bench cache`); a service asks once in some ten microseconds.
    private let table: Guarded<CacheTable>

    /// Entries handled under one lock; readers wait no longer than these take.
    private static let entriesPerLock = 256

    /// - Parameters:
    ///   - capacity: the number of points that are held at most.
    ///   - time: says how old a value is.
    ///   - onEvent: called on the thread that caches, outside the lock, once for each such value.
    /// - Throws: ``HistoryError`` `invalidParameter` where `capacity` is not 1…``capacityMax``.
    public init(
        capacity: Int = RealtimeCache.capacityMax, time: any TimeSource = .system,
        onEvent: (@Sendable (CacheEvent) -> Void)? = nil
    ) throws(HistoryError) {
        guard 1...RealtimeCache.capacityMax ~= capacity else {
            throw HistoryError(
                .invalidParameter,
                "a cache of \(capacity) points was asked for; 1 to \(RealtimeCache.capacityMax) "
                    + "are possible", parameter: "capacity")
        }
        self.capacity = capacity
        self.time = time
        self.onEvent = onEvent
        table = Guarded(CacheTable(capacity: capacity))
    }

    /// Holds a value, unless the held one of its point has a newer stamp. Constant time.
    ///
    /// Keeps the entry's `createdAt` and sets `updatedAt`. A stamp ahead of the clock is held with
    /// age 0 and reported; it holds off no later value. Infinities and NaN are reported, not held.
    ///
    /// - Returns: whether it is held now.
    @discardableResult public func cache(_ value: RealtimeValue) -> Bool { cache([value]) == 1 }

    /// Holds values as ``cache(_:)-(RealtimeValue)`` does each, in order.
    ///
    /// A reader may see some of them before the others.
    ///
    /// - Returns: how many are held now.
    @discardableResult public func cache(_ values: [RealtimeValue]) -> Int {
        let moment = moment
        var held = 0
        for start in stride(from: 0, to: values.count, by: RealtimeCache.entriesPerLock) {
            let part = values[start..<min(start + RealtimeCache.entriesPerLock, values.count)]
            held += table.withLock { table in
                part.count { $0.value.isFinite && table.hold($0, at: moment) == .held }
            }
        }
        if onEvent != nil { report(values, at: moment) }
        return held
    }

    /// Holds values that were stored, if there is room and no later ones are held of their points.
    ///
    /// One whose time is in the future is stale: either it or the clock is wrong.
    func fill(_ values: [RealtimeValue]) {
        let moment = moment
        for start in stride(from: 0, to: values.count, by: RealtimeCache.entriesPerLock) {
            let part = values[start..<min(start + RealtimeCache.entriesPerLock, values.count)]
            table.withLock { table in
                for value in part where value.value.isFinite { table.fill(value, at: moment) }
            }
        }
    }

    /// The newest known value of a point, also when it is stale; `nil` where none is held.
    ///
    /// Synchronous, a fraction of a microsecond. Counts a hit where the answer is fresh, else a miss.
    public func cachedValue(of point: PointAddress) -> CurrentValue? {
        lookUp(point, within: nil)
    }

    /// The newest known values of a device's points, stale ones too, by type and number.
    ///
    /// One lock for all, so that they are of one moment. Each counts as a hit or a miss.
    public func cachedValues(of device: DeviceID) -> [CurrentValue] {
        let moment = moment
        var answers = table.withLock { $0.findAll(of: device, at: moment) }
        answers.sort { $0.value.point < $1.value.point }
        return answers
    }

    /// Removes the values that have been stale for longer than `tolerance`.
    ///
    /// What is removed can no longer be given where a device fails. Walks all entries, a few hundred
    /// at a time, and keeps nobody waiting longer than these take.
    ///
    /// - Returns: how many were removed. They are no evictions.
    @discardableResult public func evictStaleValues(staleFor tolerance: Duration = .zero) -> Int {
        evictStaleValues(staleFor: tolerance, dryRun: false)
    }

    /// - Parameter dryRun: only counts.
    func evictStaleValues(staleFor tolerance: Duration, dryRun: Bool) -> Int {
        let moment = moment
        var removed = 0
        forEachPart { table, part in
            removed += table.removeStale(in: part, staleFor: tolerance, dryRun: dryRun, at: moment)
        }
        return removed
    }
}

extension RealtimeCache {
    /// What is held and was counted for all devices. Walks all entries, a few hundred at a time.
    public func stats() -> CacheStats {
        let moment = moment
        var total = 0
        var fresh = 0
        forEachPart { table, part in
            let found = table.population(in: part, at: moment)
            total += found.totalPoints
            fresh += found.freshPoints
        }
        let counts = table.withLock { $0.total }
        return CacheStats(totalPoints: total, freshPoints: fresh, counts: counts)
    }

    /// What is held and was counted for one device; all zero for one that nobody told of or
    /// asked for.
    public func stats(of device: DeviceID) -> CacheStats {
        let moment = moment
        return table.withLock { $0.stats(of: device, at: moment) } ?? CacheStats()
    }

    /// What is held and was counted, device by device. Devices without entries are among them,
    /// up to a thousand.
    public func statsByDevice() -> [DeviceID: CacheStats] {
        var stats: [DeviceID: CacheStats] = [:]
        for device in table.withLock({ $0.devices }) { stats[device] = self.stats(of: device) }
        return stats
    }
}

extension RealtimeCache {
    /// The held value, counted as a hit if it is fresh and no older than `maxAge`.
    func lookUp(_ point: PointAddress, within maxAge: Duration?) -> CurrentValue? {
        let moment = moment
        return table.withLock { $0.find(point, within: maxAge, at: moment) }
    }

    /// The held value, uncounted and not taken for use.
    func peek(_ point: PointAddress) -> CurrentValue? {
        let moment = moment
        return table.withLock { $0.peek(point, at: moment) }
    }

    /// A value that has come from its device now, with the age that its own time gives it.
    func justRead(_ value: RealtimeValue) -> CurrentValue {
        let sinceStamp = time.now.milliseconds.minus(value.timestamp.milliseconds)
        return CurrentValue(
            value: value, age: max(.milliseconds(sinceStamp), .zero), origin: .device)
    }

    /// An answer that spared a device read without being held.
    func countSavedRead(on device: DeviceID) {
        table.withLock { $0.countSavedRead(on: device) }
    }

    /// What was counted so far, of all devices.
    var counts: CacheTable.Counts { table.withLock { $0.total } }

    /// About what the entries take in memory.
    var byteCount: Int { table.withLock { $0.byteCount } }

    /// Runs ``CacheTable/checkInvariants()``.
    func checkInvariants() { table.withLock { $0.checkInvariants() } }

    private var moment: CacheTable.Moment {
        CacheTable.Moment(now: time.now, uptime: time.uptime)
    }

    private func forEachPart(_ body: (inout CacheTable, Range<Int>) -> Void) {
        var start = 0
        while true {
            let part = start..<(start + RealtimeCache.entriesPerLock)
            let slotCount = table.withLock { table in
                body(&table, part)
                return table.slots.count
            }
            start = part.upperBound
            if start >= slotCount { return }
        }
    }

    private func report(_ values: [RealtimeValue], at moment: CacheTable.Moment) {
        for value in values {
            let ahead = value.timestamp.milliseconds.minus(moment.now.milliseconds)
            let kind: CacheEvent.Kind
            if !value.value.isFinite {
                kind = .notANumber
            } else if ahead > 0 {
                kind = .stampInFuture(by: .milliseconds(ahead))
            } else {
                continue
            }
            onEvent?(CacheEvent(kind: kind, point: value.point, timestamp: value.timestamp))
        }
    }
}
