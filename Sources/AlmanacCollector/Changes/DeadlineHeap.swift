/// The deadlines of many keys, one each; the earliest in constant time, a change in the logarithm of
/// their number.
struct DeadlineHeap<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Sendable {
        let deadline: Duration
        let number: UInt64
        let key: Key
    }

    /// The earliest first; entries that were replaced or removed stay until they are at the top.
    private var entries: [Entry] = []
    /// The number of the entry that holds, by key.
    private var numbers: [Key: UInt64] = [:]
    private var lastNumber: UInt64 = 0

    init() {}

    /// The earliest deadline.
    var next: Duration? { entries.first?.deadline }

    /// Sets or replaces the deadline of a key; nil removes it.
    mutating func set(_ deadline: Duration?, of key: Key) {
        numbers[key] = nil
        if let deadline {
            lastNumber += 1
            numbers[key] = lastNumber
            entries.append(Entry(deadline: deadline, number: lastNumber, key: key))
            siftUp(entries.count - 1)
        }
        removeReplaced()
        // Renewals replace entries far from the top: once most are replaced, they are cleared out.
        if entries.count > 64, entries.count > 2 * numbers.count {
            let current = entries.filter { numbers[$0.key] == $0.number }
            entries = current.sorted(by: DeadlineHeap.isBefore)
        }
    }

    /// The keys whose deadlines have passed, which they lose; in the order of these.
    mutating func takeDue(at now: Duration) -> [Key] {
        var due: [Key] = []
        while let first = entries.first, first.deadline <= now {
            due.append(first.key)
            numbers[first.key] = nil
            removeReplaced()
        }
        return due
    }

    private static func isBefore(_ one: Entry, _ other: Entry) -> Bool {
        (one.deadline, one.number) < (other.deadline, other.number)
    }

    /// Removes entries from the top until one holds.
    private mutating func removeReplaced() {
        while let first = entries.first, numbers[first.key] != first.number {
            entries.swapAt(0, entries.count - 1)
            entries.removeLast()
            siftDown(0)
        }
    }

    private mutating func siftUp(_ start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard DeadlineHeap.isBefore(entries[place], entries[parent]) else { return }
            entries.swapAt(place, parent)
            place = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < entries.count && DeadlineHeap.isBefore(entries[child], entries[least]) {
                least = child
            }
            guard least != place else { return }
            entries.swapAt(place, least)
            place = least
        }
    }
}
