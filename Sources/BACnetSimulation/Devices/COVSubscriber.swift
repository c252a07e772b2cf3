internal import BACnetIP
internal import BACnetMessages

/// Somebody who wants to be told of changes of an object.
struct COVSubscriber: Hashable, Sendable {
    /// One subscription each: who asks again renews.
    struct Key: Hashable, Sendable {
        let peer: DeviceAddress
        let process: UInt32
        let object: ObjectIdentifier
        /// The property alone; `nil` for value and flags of the object.
        let reference: PropertyReference?
    }

    /// What is told.
    struct News: Hashable, Sendable {
        let reference: PropertyReference
        let values: [TaggedValue]
        let flags: StatusFlags

        /// True if the value has moved by the increment, or anything else is different.
        func differs(from told: News, increment: Float?) -> Bool {
            guard flags == told.flags else { return true }
            if let increment, case .real(let value)? = values.first,
                case .real(let former)? = told.values.first, values.count == 1
            {
                return increment > 0 ? abs(value - former) >= increment : value != former
            }
            return values != told.values
        }
    }

    let key: Key
    var isConfirmed: Bool
    /// When it ends; `nil` for never.
    var end: Duration?
    /// Of a real.
    var increment: Float?
    var told: News?
    /// A notification that is not acknowledged yet; the next one waits for it.
    var open: TransactionID?

    /// Whole seconds, rounded up; 0 for no end.
    func secondsLeft(at now: Duration) -> UInt32 {
        guard let end else { return 0 }
        let left = max(.zero, end - now).wholeMilliseconds
        return UInt32(clamping: (left + 999) / 1000)
    }
}
