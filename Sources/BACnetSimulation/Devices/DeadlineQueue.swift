internal import BACnetIP

/// The deadlines of many places; of equal ones the lowest place is due first.
///
/// A changed deadline leaves its old entry in the heap, which is passed over when its turn comes.
struct DeadlineQueue: Sendable {
    private struct Entry: Comparable, Sendable {
        let deadline: Duration
        let place: Int

        static func < (left: Entry, right: Entry) -> Bool {
            (left.deadline, left.place) < (right.deadline, right.place)
        }
    }

    private var heap = PriorityQueue<Entry>()
    /// The deadline in force of each place.
    private var deadlines: [Duration?]

    init(placeCount: Int) { deadlines = Array(repeating: nil, count: placeCount) }

    /// The earliest deadline in force.
    var next: Duration? {
        mutating get {
            while let first = heap.first, deadlines[first.place] != first.deadline {
                heap.popFirst()
            }
            return heap.first?.deadline
        }
    }

    mutating func set(_ deadline: Duration?, of place: Int) {
        guard deadlines[place] != deadline else { return }
        deadlines[place] = deadline
        if let deadline { heap.insert(Entry(deadline: deadline, place: place)) }
    }

    /// Takes out the place that is due first; `nil` if none is.
    mutating func takeDue(at now: Duration) -> Int? {
        guard let next, next <= now, let first = heap.popFirst() else { return nil }
        deadlines[first.place] = nil
        return first.place
    }
}
