/// Counts and sums of the last while, forgotten a sixtieth of the window at a time.
struct RollingTally: Sendable {
    struct Total: Sendable {
        var count = 0
        var sum = 0.0

        /// A caller may count as much as its type holds: the sum stays at the greatest count.
        mutating func add(_ count: Int, _ sum: Double) {
            self.count = Int(Int64(self.count).plus(Int64(count)))
            self.sum += sum
        }
    }

    private struct Slot {
        var number: Int64 = -1
        var total = Total()
    }

    private static let slotCount = 60

    /// In nanoseconds: a quotient of doubles may miss a slot's edge.
    private let slotLength: Int64
    private var slots = Array(repeating: Slot(), count: slotCount)

    init(window: Duration) { slotLength = (window / RollingTally.slotCount).nanoseconds }

    /// - Parameter uptime: may come out of order by less than the window, as threads do.
    mutating func add(_ count: Int, sum: Double = 0, at uptime: Duration) {
        let number = self.number(of: uptime)
        let index = Int(number % Int64(RollingTally.slotCount))
        guard slots[index].number <= number else { return }
        if slots[index].number < number { slots[index] = Slot(number: number) }
        slots[index].total.add(count, sum)
    }

    /// What came in the window that ends at `uptime`.
    func total(at uptime: Duration) -> Total {
        let last = number(of: uptime)
        var total = Total()
        for slot in slots where slot.number >= 0 && slot.number > last - Int64(slots.count) {
            total.add(slot.total.count, slot.total.sum)
        }
        return total
    }

    private func number(of uptime: Duration) -> Int64 {
        max(0, uptime.nanoseconds) / slotLength
    }
}
