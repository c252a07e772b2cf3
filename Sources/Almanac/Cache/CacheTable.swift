/// The entries of a cache in order of use, bounded, with what is counted about them.
///
/// Plain data without lock or clock. Entries stand in slots that never move; each knows its
/// neighbours in the order of use and its place among the slots of its device, so that finding,
/// holding, touching and removing one entry take constant time.
struct CacheTable {
    let capacity: Int
    private(set) var slots: [Slot] = []
    /// Of each slot. Eight bytes each, since moving an entry to the front touches three of them.
    private var links: [Link] = []
    private var freeSlots: [Int32] = []
    private var slotOfPoint: [PointAddress: Int32] = [:]
    /// A device stays, with its counts, when its last entry has gone, and comes with the first
    /// question for it, so that one that never answers has its misses counted.
    private var rows: [DeviceRow] = []
    private var emptyRowCount = 0
    private var rowOfDevice: [DeviceID: Int32] = [:]
    private var newest = Link.none
    private var oldest = Link.none
    private(set) var total = Counts()

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { slotOfPoint.count }

    /// Devices without entries that keep their counts; beyond, all such are forgotten. Questions for
    /// devices that do not exist take no more memory than this.
    static let emptyRowsMax = 1000

    struct Slot {
        var value: RealtimeValue
        /// Uptime.
        var heldSince: Duration
        var row: Int32
        var placeInRow: Int32
        /// An empty slot keeps its last value until it is used again.
        var isUsed: Bool
    }

    /// The neighbours in the order of use.
    private struct Link {
        var newer = Link.none
        var older = Link.none

        static let none: Int32 = -1
    }

    struct Counts {
        var hits = 0
        var misses = 0
        var evictions = 0
        var readsSaved = 0
    }

    private struct DeviceRow {
        let device: DeviceID
        var slots: [Int32] = []
        var counts = Counts()
    }

    /// One reading of both clocks.
    struct Moment {
        var now: Timestamp
        var uptime: Duration
    }

    enum Outcome {
        case held
        /// The held value's stamp is newer.
        case outdated
    }
}

extension CacheTable {
    /// Makes the value the newest of its point and the latest used.
    mutating func hold(_ value: RealtimeValue, at moment: Moment) -> Outcome {
        guard let index = slot(of: value.point) else {
            insert(value, at: moment)
            return .held
        }
        let held = slots[index].value.timestamp
        // A held stamp ahead of the clock is no measure: the clock was set back, or the stamp was
        // wrong. Were it one, no value would be taken until the clock has caught up.
        if value.timestamp < held && held <= moment.now { return .outdated }
        let createdAt = slots[index].value.createdAt
        slots[index].value = value
        slots[index].value.createdAt = createdAt
        slots[index].value.updatedAt = moment.now
        slots[index].heldSince = moment.uptime
        touch(index)
        return .held
    }

    /// Holds a value that was stored, if no later one is held and nothing has to go for it.
    mutating func fill(_ value: RealtimeValue, at moment: Moment) {
        var since = moment
        if value.timestamp > moment.now {
            since.uptime = moment.uptime - value.timeToLive - .milliseconds(1)
        }
        if let index = slot(of: value.point) {
            guard slots[index].value.timestamp < value.timestamp else { return }
            _ = hold(value, at: since)
        } else if count < capacity {
            insert(value, at: since)
        }
    }

    /// The held value, fresh or not, and counts a hit or a miss.
    mutating func find(
        _ point: PointAddress, within maxAge: Duration?, at moment: Moment
    ) -> CurrentValue? {
        guard let index = slot(of: point) else {
            count(point.device) { $0.misses += 1 }
            return nil
        }
        touch(index)
        let answer = current(index, at: moment)
        countAnswer(isHit: answer.isFresh(within: maxAge), row: Int(slots[index].row))
        return answer
    }

    /// The held value, fresh or not; counts and moves nothing.
    func peek(_ point: PointAddress, at moment: Moment) -> CurrentValue? {
        slot(of: point).map { current($0, at: moment) }
    }

    /// All held values of a device, each counted as a hit or a miss, in no order.
    mutating func findAll(of device: DeviceID, at moment: Moment) -> [CurrentValue] {
        guard let row = rowOfDevice[device].map(Int.init) else { return [] }
        var answers: [CurrentValue] = []
        answers.reserveCapacity(rows[row].slots.count)
        for place in rows[row].slots.indices {
            let index = Int(rows[row].slots[place])
            touch(index)
            let answer = current(index, at: moment)
            countAnswer(isHit: answer.isFresh, row: row)
            answers.append(answer)
        }
        return answers
    }

    mutating func countSavedRead(on device: DeviceID) { count(device) { $0.readsSaved += 1 } }

    /// Removes what is stale for longer than `tolerance` among some slots.
    ///
    /// - Parameter dryRun: only counts.
    mutating func removeStale(
        in range: Range<Int>, staleFor tolerance: Duration, dryRun: Bool = false, at moment: Moment
    ) -> Int {
        var removed = 0
        for index in range.clamped(to: slots.indices) where slots[index].isUsed {
            guard age(of: index, at: moment) > slots[index].value.timeToLive + tolerance else {
                continue
            }
            if !dryRun { remove(index) }
            removed += 1
        }
        return removed
    }
}

extension CacheTable {
    private func slot(of point: PointAddress) -> Int? { slotOfPoint[point].map(Int.init) }

    private func age(of index: Int, at moment: Moment) -> Duration {
        let stamped = slots[index].value.timestamp
        let sinceStamp = Duration.milliseconds(moment.now.milliseconds.minus(stamped.milliseconds))
        return max(sinceStamp, moment.uptime - slots[index].heldSince, .zero)
    }

    private func current(_ index: Int, at moment: Moment) -> CurrentValue {
        CurrentValue(
            value: slots[index].value, age: age(of: index, at: moment), origin: .cache)
    }

    private mutating func insert(_ value: RealtimeValue, at moment: Moment) {
        if count == capacity {
            let last = Int(oldest)
            rows[Int(slots[last].row)].counts.evictions += 1
            total.evictions += 1
            remove(last)
        }
        let row = self.row(of: value.point.device)
        var held = value
        held.createdAt = value.createdAt ?? moment.now
        held.updatedAt = moment.now
        let slot = Slot(
            value: held, heldSince: moment.uptime, row: Int32(row),
            placeInRow: Int32(rows[row].slots.count), isUsed: true)
        let index: Int
        if let free = freeSlots.popLast() {
            index = Int(free)
            slots[index] = slot
        } else {
            index = slots.count
            slots.append(slot)
            links.append(Link())
        }
        if rows[row].slots.isEmpty { emptyRowCount -= 1 }
        rows[row].slots.append(Int32(index))
        slotOfPoint[value.point] = Int32(index)
        link(index)
    }

    private mutating func remove(_ index: Int) {
        unlink(index)
        slotOfPoint[slots[index].value.point] = nil
        let row = Int(slots[index].row)
        let place = slots[index].placeInRow
        // The last of the row fills the place, so that nothing else moves.
        let last = rows[row].slots.removeLast()
        if last != index {
            rows[row].slots[Int(place)] = last
            slots[Int(last)].placeInRow = place
        }
        if rows[row].slots.isEmpty { emptyRowCount += 1 }
        slots[index].isUsed = false
        freeSlots.append(Int32(index))
    }

    private mutating func touch(_ index: Int) {
        guard index != newest else { return }
        unlink(index)
        link(index)
    }

    private mutating func link(_ index: Int) {
        links[index] = Link(newer: Link.none, older: newest)
        if newest != Link.none {
            links[Int(newest)].newer = Int32(index)
        } else {
            oldest = Int32(index)
        }
        newest = Int32(index)
    }

    private mutating func unlink(_ index: Int) {
        let own = links[index]
        if own.newer != Link.none {
            links[Int(own.newer)].older = own.older
        } else {
            newest = own.older
        }
        if own.older != Link.none {
            links[Int(own.older)].newer = own.newer
        } else {
            oldest = own.newer
        }
    }

    private mutating func row(of device: DeviceID) -> Int {
        if let row = rowOfDevice[device] { return Int(row) }
        if emptyRowCount >= CacheTable.emptyRowsMax { forgetEmptyRows() }
        emptyRowCount += 1
        rows.append(DeviceRow(device: device))
        rowOfDevice[device] = Int32(rows.count - 1)
        return rows.count - 1
    }

    private mutating func forgetEmptyRows() {
        rows.removeAll { $0.slots.isEmpty }
        emptyRowCount = 0
        rowOfDevice.removeAll(keepingCapacity: true)
        for (row, content) in rows.enumerated() {
            rowOfDevice[content.device] = Int32(row)
            for index in content.slots { slots[Int(index)].row = Int32(row) }
        }
    }

    private mutating func countAnswer(isHit: Bool, row: Int) {
        if isHit {
            total.hits += 1
            total.readsSaved += 1
            rows[row].counts.hits += 1
            rows[row].counts.readsSaved += 1
        } else {
            total.misses += 1
            rows[row].counts.misses += 1
        }
    }

    private mutating func count(_ device: DeviceID, _ change: (inout Counts) -> Void) {
        change(&total)
        change(&rows[row(of: device)].counts)
    }
}

extension CacheTable {
    var devices: [DeviceID] { rows.map(\.device) }

    /// About what is held in memory: slots, their links, and a dictionary that is three quarters full.
    var byteCount: Int {
        let slot =
            MemoryLayout<Slot>.stride + MemoryLayout<Link>.stride + MemoryLayout<Int32>.stride
        let key = MemoryLayout<PointAddress>.stride + MemoryLayout<Int32>.stride
        return slots.count * slot + count * key * 4 / 3
            + rows.count * MemoryLayout<DeviceRow>.stride
    }

    /// What is held among some slots.
    func population(in range: Range<Int>, at moment: Moment) -> CacheStats {
        var stats = CacheStats()
        for index in range.clamped(to: slots.indices) where slots[index].isUsed {
            stats.totalPoints += 1
            if current(index, at: moment).isFresh { stats.freshPoints += 1 }
        }
        return stats
    }

    /// `nil` for a device that was never told of nor asked for.
    func stats(of device: DeviceID, at moment: Moment) -> CacheStats? {
        guard let row = rowOfDevice[device].map(Int.init) else { return nil }
        let fresh = rows[row].slots.count { current(Int($0), at: moment).isFresh }
        return CacheStats(
            totalPoints: rows[row].slots.count, freshPoints: fresh, counts: rows[row].counts)
    }

    /// What has to hold between slots, order of use, points and devices. Costs the whole table.
    func checkInvariants() {
        precondition(count <= capacity, "a cache keeps its bound")
        var index = newest
        var newer = Link.none
        var seen = 0
        while index != Link.none {
            let slot = slots[Int(index)]
            let row = rows[Int(slot.row)]
            precondition(slot.isUsed, "only used slots have an order of use")
            precondition(links[Int(index)].newer == newer, "the order of use is the same both ways")
            precondition(slotOfPoint[slot.value.point] == index, "a point finds its slot")
            precondition(
                row.device == slot.value.point.device
                    && row.slots[Int(slot.placeInRow)] == index, "a device finds its slots")
            seen += 1
            newer = index
            index = links[Int(index)].older
        }
        precondition(newer == oldest, "the order of use ends with the oldest")
        precondition(seen == count && seen == slots.count(where: \.isUsed), "no slot is lost")
        precondition(rows.reduce(0) { $0 + $1.slots.count } == seen, "no device has one too many")
        precondition(
            emptyRowCount == rows.count(where: \.slots.isEmpty)
                && emptyRowCount <= CacheTable.emptyRowsMax, "empty rows are counted and few")
        precondition(freeSlots.count == slots.count - seen, "what is not used is free")
    }
}

extension CacheStats {
    init(totalPoints: Int, freshPoints: Int, counts: CacheTable.Counts) {
        self.init(
            totalPoints: totalPoints, freshPoints: freshPoints, cacheHitCount: counts.hits,
            cacheMissCount: counts.misses, evictionCount: counts.evictions,
            deviceReadsSaved: counts.readsSaved)
    }
}
