/// Who is due first, of many: a heap in which a changed deadline leaves its old entry behind, to be
/// passed over when its turn comes.
struct DeadlineQueue: Sendable {
    private struct Entry {
        let deadline: Duration
        let place: Int

        func isBefore(_ other: Entry) -> Bool {
            (deadline, place) < (other.deadline, other.place)
        }
    }

    private var heap: [Entry] = []
    /// The deadline in force of each place.
    private var deadlines: [Duration?]

    init(placeCount: Int) { deadlines = Array(repeating: nil, count: placeCount) }

    /// The earliest deadline in force.
    var next: Duration? {
        mutating get {
            while let first = heap.first, deadlines[first.place] != first.deadline { removeFirst() }
            return heap.first?.deadline
        }
    }

    mutating func set(_ deadline: Duration?, of place: Int) {
        guard deadlines[place] != deadline else { return }
        deadlines[place] = deadline
        if let deadline { insert(Entry(deadline: deadline, place: place)) }
    }

    /// Takes out the place that is due first, of several the lowest; `nil` where none is.
    mutating func takeDue(at now: Duration) -> Int? {
        guard let next, next <= now else { return nil }
        let place = heap[0].place
        removeFirst()
        deadlines[place] = nil
        return place
    }

    private mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
