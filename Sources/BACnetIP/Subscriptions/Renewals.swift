/// The times at which subscriptions are renewed, so that one timer does for all.
///
/// A renewal is due at half the lifetime; after a failure again after an eighth, so that there are
/// some tries before the device forgets. While one is under way it is not due again.
struct Renewals {
    private struct Entry {
        let lifetime: Duration
        /// Nil while the renewal is under way.
        var deadline: Duration?
    }

    private struct Due {
        let deadline: Duration
        let ticket: UInt64
    }

    private var entries: [UInt64: Entry] = [:]
    /// A binary heap, the earliest first. One that is no longer the deadline of its entry is passed
    /// over when it comes to the top.
    private var heap: [Due] = []

    /// The earliest deadline.
    var nextDeadline: Duration? { heap.first?.deadline }

    mutating func add(_ ticket: UInt64, lifetime: Duration, at now: Duration) {
        entries[ticket] = Entry(lifetime: lifetime)
        schedule(ticket, after: lifetime / 2, at: now)
    }

    mutating func remove(_ ticket: UInt64) {
        entries[ticket] = nil
        dropStale()
    }

    mutating func removeAll() {
        entries = [:]
        heap = []
    }

    /// The subscriptions to renew now.
    mutating func due(at now: Duration) -> [UInt64] {
        var tickets: [UInt64] = []
        while let first = heap.first, first.deadline <= now {
            popFirst()
            guard entries[first.ticket]?.deadline == first.deadline else { continue }
            entries[first.ticket]?.deadline = nil
            tickets.append(first.ticket)
        }
        dropStale()
        return tickets
    }

    /// A renewal has ended.
    mutating func end(_ ticket: UInt64, succeeded: Bool, at now: Duration) {
        guard let lifetime = entries[ticket]?.lifetime else { return }
        schedule(ticket, after: succeeded ? lifetime / 2 : lifetime / 8, at: now)
    }

    private mutating func schedule(_ ticket: UInt64, after pause: Duration, at now: Duration) {
        let deadline = now + pause
        entries[ticket]?.deadline = deadline
        push(Due(deadline: deadline, ticket: ticket))
    }

    /// What is no longer due must not wake the client.
    private mutating func dropStale() {
        while let first = heap.first, entries[first.ticket]?.deadline != first.deadline {
            popFirst()
        }
    }

    private mutating func push(_ due: Due) {
        heap.append(due)
        var place = heap.count - 1
        while place > 0, heap[place].deadline < heap[(place - 1) / 2].deadline {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func popFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var place = 0
        while true {
            let children = [2 * place + 1, 2 * place + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0].deadline < heap[$1].deadline }),
                heap[least].deadline < heap[place].deadline
            else { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
