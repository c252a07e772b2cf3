/// The deadlines of many keys, one each; the earliest in constant time, a change in the logarithm of
/// their number.
package struct DeadlineHeap<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let deadline: Duration
        let number: UInt64
        let key: Key

        static func < (left: Entry, right: Entry) -> Bool {
            (left.deadline, left.number) < (right.deadline, right.number)
        }

        static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
    }

    /// Entries that were replaced or removed stay until they are the first.
    private var entries = PriorityQueue<Entry>()
    /// The number of the entry that holds, by key.
    private var numbers: [Key: UInt64] = [:]
    private var lastNumber: UInt64 = 0

    package init() {}

    /// The earliest deadline.
    package var next: Duration? { entries.first?.deadline }

    /// Sets or replaces the deadline of a key; nil removes it.
    package mutating func set(_ deadline: Duration?, of key: Key) {
        numbers[key] = nil
        if let deadline {
            lastNumber += 1
            numbers[key] = lastNumber
            entries.insert(Entry(deadline: deadline, number: lastNumber, key: key))
        }
        removeReplaced()
        // Renewals replace entries far from the first: once most are replaced, they are cleared out.
        if entries.count > 64, entries.count > 2 * numbers.count {
            entries.removeAll { numbers[$0.key] != $0.number }
        }
    }

    /// The keys whose deadlines have passed, which they lose; in the order of these.
    package mutating func takeDue(at now: Duration) -> [Key] {
        var due: [Key] = []
        while let first = entries.first, first.deadline <= now {
            due.append(first.key)
            numbers[first.key] = nil
            removeReplaced()
        }
        return due
    }

    /// Removes entries from the front until one holds.
    private mutating func removeReplaced() {
        while let first = entries.first, numbers[first.key] != first.number { entries.popFirst() }
    }
}
