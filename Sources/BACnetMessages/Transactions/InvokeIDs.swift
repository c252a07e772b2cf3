/// The numbers of the questions to one device.
///
/// They go round, so that one is used again as late as can be; one that is open, or whose answer
/// may still come late, is passed over.
struct InvokeIDs: Sendable {
    private var next: UInt8
    private var open: Set<UInt8> = []
    private var resting: [UInt8: Duration] = [:]

    init(first: UInt8) { next = first }

    /// The next free number; `nil` when all are open or rest.
    mutating func take(at now: Duration) -> UInt8? {
        resting = resting.filter { $0.value > now }
        for step in 0...UInt8.max {
            let candidate = next &+ step
            guard !open.contains(candidate), resting[candidate] == nil else { continue }
            open.insert(candidate)
            next = candidate &+ 1
            return candidate
        }
        return nil
    }

    /// True if none is open and none rests: no answer may come any more.
    func areIdle(at now: Duration) -> Bool {
        open.isEmpty && resting.values.allSatisfy { $0 <= now }
    }

    /// The question was answered.
    mutating func close(_ id: UInt8) { open.remove(id) }

    /// The question was given up; an answer that comes before `end` must find nothing.
    mutating func rest(_ id: UInt8, until end: Duration) {
        open.remove(id)
        resting[id] = end
    }
}
