public import BACnetMessages

extension BACnetClient {
    /// Reads the objects that a device lists, and compares their number with the length that it
    /// states.
    ///
    /// The whole list is requested once. If that fails, or has fewer elements than the device
    /// states, the list is read element by element in batches, from then on at once; and again from
    /// the start if it grew or shrank meanwhile. After ``ObjectList/unreadCountMax`` elements in a
    /// row that cannot be read the rest counts as unread and is not requested.
    ///
    /// - Parameters:
    ///   - object: the device's own object.
    ///   - device: its address.
    ///   - patience: for each request; `nil` for the client's.
    /// - Returns: what could be read; ``ObjectList/isComplete`` is false if elements are missing.
    /// - Throws: ``RequestFailure`` if no element can be read.
    public func objectList(
        of object: ObjectIdentifier, at device: DeviceAddress, patience: Patience? = nil
    ) async throws(RequestFailure) -> ObjectList {
        let reading = ListReading(client: self, object: object, device: device, patience: patience)
        guard !learn(of: device, { $0.readsListByIndex }) else {
            return try await reading.elements()
        }
        let whole: [TaggedValue]
        do throws(RequestFailure) { whole = try await reading.whole() } catch {
            guard error.isAnswered || error.isSilence else { throw error }
            let list = try await reading.elements()
            // The elements can be read, so the size of the whole was the reason.
            learn(of: device) { $0.readsListByIndex = true }
            return list
        }
        guard let count = try await reading.statedCount() else {
            return ObjectList(whole, statedCount: nil)
        }
        let list = ObjectList(whole, statedCount: count)
        guard !list.isComplete else { return list }
        // Cut short, or grown between the two requests.
        let again = ObjectList(
            (try? await reading.whole()) ?? whole, statedCount: try await reading.statedCount())
        guard !again.isComplete else { return again }
        guard let byIndex = try? await reading.elements(), byIndex.readCount >= again.readCount
        else { return again }
        learn(of: device) { $0.readsListByIndex = true }
        return byIndex
    }
}

/// The requests for one device's object list.
private struct ListReading {
    let client: BACnetClient
    let object: ObjectIdentifier
    let device: DeviceAddress
    let patience: Patience?

    /// The list is read again at most so often because its length changed.
    private static let readCountMax = 3
    /// Elements that are requested before the next decision whether to go on.
    private static let sliceCount = ObjectList.unreadCountMax

    func whole() async throws(RequestFailure) -> [TaggedValue] {
        try await client.readProperty(
            ObjectProperty(object, .objectList), of: device, patience: patience)
    }

    /// Element 0; `nil` if the device has none that can be used.
    func statedCount() async throws(RequestFailure) -> Int? {
        do throws(RequestFailure) { return try await count() } catch {
            guard error.isAnswered else { throw error }
            return nil
        }
    }

    private func count() async throws(RequestFailure) -> Int {
        let target = ObjectProperty(object, .objectList, index: 0)
        let values = try await client.readProperty(target, of: device, patience: patience)
        guard case .unsigned(let length)? = values.first,
            length <= UInt64(MessageLimits.elementCountMax)
        else {
            throw RequestFailure(
                device: device, request: "read \(target)", tries: 1, elapsed: .zero,
                reason: .unexpectedReply)
        }
        return Int(length)
    }

    func elements() async throws(RequestFailure) -> ObjectList {
        var length = try await count()
        var list = ObjectList([], statedCount: 0)
        for _ in 0..<ListReading.readCountMax {
            list = try await elements(length)
            let now = try await count()
            if now == length { break }
            length = now
        }
        return list
    }

    private func elements(_ length: Int) async throws(RequestFailure) -> ObjectList {
        var values: [TaggedValue] = []
        var unread: [ObjectList.UnreadElement] = []
        var first = 1
        while first <= length {
            let last = min(length, first + ListReading.sliceCount - 1)
            let before = values.count
            try await read(first...last, into: &values, &unread)
            // A device may state 65,000 elements and have four.
            if values.count == before { break }
            first = last + 1
        }
        // A list of which nothing can be read is not an empty one.
        if values.isEmpty, let first = unread.first {
            let target = ObjectProperty(object, .objectList, index: UInt32(first.index))
            throw RequestFailure(
                device: device, request: "read \(target)", tries: 1, elapsed: .zero,
                reason: first.reason)
        }
        return ObjectList(values, statedCount: length, unread: unread)
    }

    private func read(
        _ indices: ClosedRange<Int>, into values: inout [TaggedValue],
        _ unread: inout [ObjectList.UnreadElement]
    ) async throws(RequestFailure) {
        func target(_ index: Int) -> ObjectProperty {
            ObjectProperty(object, .objectList, index: UInt32(index))
        }
        let found = await client.readProperties(
            indices.map(target), of: device, patience: patience)
        for index in indices {
            switch found[target(index)] {
            case .values(let element)?:
                if case .object? = element.first {
                    values.append(element[0])
                } else {
                    unread.append(.init(index: index, reason: .unexpectedReply))
                }
            case .error(let error)?: unread.append(.init(index: index, reason: .error(error)))
            case .failure(let failure)?:
                // Away or closed: what was read of it is no list.
                guard failure.isAnswered else { throw failure }
                unread.append(.init(index: index, reason: failure.reason))
            case nil: unread.append(.init(index: index, reason: .unexpectedReply))
            }
        }
    }
}

extension RequestFailure {
    /// Nothing came, not even what could not be taken.
    fileprivate var isSilence: Bool {
        if case .silence = reason { !isAnswered } else { false }
    }
}
