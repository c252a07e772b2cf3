public import BACnetMessages

extension BACnetClient {
    /// The objects that a device says it has, in its order; one that it names twice comes once.
    ///
    /// The whole list is asked for once; where that fails, from then on element by element in
    /// batches, and again from the start if the list grew or shrank meanwhile.
    ///
    /// - Parameters:
    ///   - object: the device's own object.
    ///   - device: its address.
    ///   - patience: for each request; `nil` for the client's.
    /// - Throws: ``RequestFailure``. An element that cannot be read is left out where the others
    ///   can.
    public func objectList(
        of object: ObjectIdentifier, at device: DeviceAddress, patience: Patience? = nil
    ) async throws(RequestFailure) -> [ObjectIdentifier] {
        let list = ObjectProperty(object, .objectList)
        if !learn(of: device, { $0.readsListByIndex }) {
            let request = ConfirmedRequest.readProperty(ReadPropertyRequest(list))
            let whole = await ask(request, of: device, patience: patience)
            if case .readProperty(let ack)? = try? whole.reply() { return objects(in: ack.values) }
            guard whole.failure.isAnswered || whole.isSilence else { throw whole.failure }
            let length = try await objectCount(object, at: device, patience)
            // It answers this, so it was the size that it could not do.
            learn(of: device) { $0.readsListByIndex = true }
            return try await elements(of: object, length, at: device, patience)
        }
        let length = try await objectCount(object, at: device, patience)
        return try await elements(of: object, length, at: device, patience)
    }

    /// So often the list is read again because its length changed.
    private static var listReadCountMax: Int { 3 }

    private func elements(
        of object: ObjectIdentifier, _ length: Int, at device: DeviceAddress,
        _ patience: Patience?
    ) async throws(RequestFailure) -> [ObjectIdentifier] {
        var length = length
        var values: [TaggedValue] = []
        for _ in 0..<BACnetClient.listReadCountMax {
            values = try await elements(object, length, at: device, patience)
            let now = try await objectCount(object, at: device, patience)
            if now == length { break }
            length = now
        }
        return objects(in: values)
    }

    private func elements(
        _ object: ObjectIdentifier, _ length: Int, at device: DeviceAddress, _ patience: Patience?
    ) async throws(RequestFailure) -> [TaggedValue] {
        guard length > 0 else { return [] }
        let targets = (1...length).map {
            ObjectProperty(object, .objectList, index: UInt32($0))
        }
        let found = await readProperties(targets, of: device, patience: patience)
        var values: [TaggedValue] = []
        for target in targets {
            switch found[target] {
            case .values(let element)?: values += element
            case .failure(let failure)? where !failure.isAnswered: throw failure
            default: continue
            }
        }
        // A list of which nothing can be read is not an empty one.
        if values.isEmpty, case .failure(let failure)? = found[targets[0]] { throw failure }
        if values.isEmpty, case .error(let error)? = found[targets[0]] {
            throw RequestFailure(
                device: device, request: "read \(targets[0])", tries: 1, elapsed: .zero,
                reason: .error(error))
        }
        return values
    }

    private func objectCount(
        _ object: ObjectIdentifier, at device: DeviceAddress, _ patience: Patience?
    ) async throws(RequestFailure) -> Int {
        let target = ObjectProperty(object, .objectList, index: 0)
        let request = ConfirmedRequest.readProperty(ReadPropertyRequest(target))
        let answer = await ask(request, of: device, patience: patience)
        guard case .readProperty(let ack) = try answer.reply(),
            case .unsigned(let length)? = ack.values.first,
            length <= UInt64(MessageLimits.elementCountMax)
        else { throw answer.unexpected }
        return Int(length)
    }

    private func objects(in values: [TaggedValue]) -> [ObjectIdentifier] {
        var known: Set<ObjectIdentifier> = []
        return values.compactMap { value in
            guard case .object(let object) = value, known.insert(object).inserted else {
                return nil
            }
            return object
        }
    }
}
