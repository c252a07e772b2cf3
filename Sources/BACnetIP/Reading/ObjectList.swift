public import BACnetMessages

/// A device's object list as it was read: the objects, and the elements that could not be read.
public struct ObjectList: Hashable, Sendable {
    /// An element of the list without an object identifier.
    public struct UnreadElement: Hashable, Sendable {
        /// Counted from 1.
        public var index: Int
        public var reason: RequestFailure.Reason

        public init(index: Int, reason: RequestFailure.Reason) {
            self.index = index
            self.reason = reason
        }
    }

    /// The objects in the device's order, each once.
    public var objects: [ObjectIdentifier]
    /// The length that the device states, element 0 of the list; `nil` if it does not state it.
    public var statedCount: Int?
    /// The elements that were read, repeated ones included.
    public var readCount: Int
    /// The first elements that could not be read, at most ``unreadCountMax``.
    public var unread: [UnreadElement]

    /// More unread elements are counted and not named.
    public static let unreadCountMax = 100

    /// - Parameter values: the elements that were read; what is no object identifier is no object.
    init(_ values: [TaggedValue], statedCount: Int?, unread: [UnreadElement] = []) {
        var known: Set<ObjectIdentifier> = []
        var readCount = 0
        objects = values.compactMap { value in
            guard case .object(let object) = value else { return nil }
            readCount += 1
            return known.insert(object).inserted ? object : nil
        }
        self.readCount = readCount
        self.statedCount = statedCount
        self.unread = Array(unread.prefix(ObjectList.unreadCountMax))
    }

    /// Elements that the device states and that were not read.
    public var missingCount: Int { max(0, (statedCount ?? readCount) - readCount) }

    /// True if every element that the device states was read.
    public var isComplete: Bool { missingCount == 0 }
}

extension ObjectList: CustomStringConvertible {
    /// `7 objects`, or `5 of 7 elements of the object list; 2 cannot be read: element 3: error …`.
    public var description: String {
        guard !isComplete, let statedCount else { return "\(objects.count) objects" }
        let first = unread.first.map { ": element \($0.index), \($0.reason.words)" } ?? ""
        return
            "\(missingCount) of \(statedCount) elements of the object list cannot be read\(first)"
    }
}
