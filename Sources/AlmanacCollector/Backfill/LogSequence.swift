/// Arithmetic of record numbers, which begin at 1 and begin again with 1 after 4,294,967,295
/// (clause 12.25.16).
enum LogSequence {
    /// The count of numbers.
    private static let count = Int64(UInt32.max)
    /// A number that is further ahead than this is taken for one that is back.
    static let forwardMax = count / 2

    /// The steps from one number forward to another: 0 for the same.
    static func distance(from start: UInt32, to end: UInt32) -> Int64 {
        let steps = (Int64(end) - Int64(start)) % count
        return steps < 0 ? steps + count : steps
    }

    /// The number so many steps later, or earlier if they are negative.
    static func number(_ start: UInt32, advancedBy steps: Int64) -> UInt32 {
        let place = (Int64(start) - 1 + steps % count) % count
        return UInt32(place < 0 ? place + count : place) + 1
    }
}
