public import BACnetMessages

extension BACnetClient {
    /// A part of a list: the records of a trend log by position, by sequence or by time.
    ///
    /// Where the answer is too great for the device or for us, half as many are asked for, down to
    /// one: look at `ReadRangeAck.itemCount` and go on from there.
    ///
    /// - Throws: ``RequestFailure``.
    public func readRange(
        _ range: ReadRangeRequest.Range, of target: ObjectProperty, at device: DeviceAddress,
        patience: Patience? = nil
    ) async throws(RequestFailure) -> ReadRangeAck {
        var range = range
        while true {
            let request = ConfirmedRequest.readRange(ReadRangeRequest(target, range))
            let answer = await ask(request, of: device, patience: patience)
            if case .reply(.readRange(let ack))? = answer.outcome { return ack }
            guard answer.outcome?.isTooGreat ?? false, let half = range.half else {
                throw answer.failure
            }
            range = half
        }
    }
}

extension ReadRangeRequest.Range {
    /// From the same place half as many; `nil` where that is none, or where all are asked for.
    fileprivate var half: ReadRangeRequest.Range? {
        switch self {
        case .all: nil
        case .byPosition(let position, let count):
            abs(Int64(count)) < 2 ? nil : .byPosition(position, count: count / 2)
        case .bySequence(let number, let count):
            abs(Int64(count)) < 2 ? nil : .bySequence(number, count: count / 2)
        case .byTime(let time, let count):
            abs(Int64(count)) < 2 ? nil : .byTime(time, count: count / 2)
        }
    }
}
