public import BACnetIP
internal import BACnetMessages
internal import BuildingModel

/// Reads what a device is and what it has. Reads properties, and does nothing else.
public struct DeviceReader: Sendable {
    let client: BACnetClient

    public init(client: BACnetClient) { self.client = client }

    private static let deviceProperties: [PropertyIdentifier] = [
        .objectName, .vendorIdentifier, .vendorName, .modelName, .firmwareRevision, .description,
        .applicationSoftwareVersion, .systemStatus, .protocolRevision, .databaseRevision,
        .maxAPDULengthAccepted, .segmentationSupported, .maxSegmentsAccepted, .serialNumber,
    ]

    /// Reads everything but present values. What cannot be read is in the device's problems.
    ///
    /// Takes some requests per 25 objects, one after the other; see ``BACnetClient``.
    public func read(_ found: FoundDevice) async -> DeviceDescription {
        var device = await readDeviceObject(of: found)
        device.isRead = true
        guard device.problems.isEmpty else { return device }
        do throws(RequestFailure) {
            let list = try await client.objectList(of: found.object, at: found.address)
            device.listed = list.objects
            // A point that is not in the list would be missing without a word.
            if !list.isComplete { device.problems.append("\(list)") }
            if list.statedCount == nil { device.notes.append("object list without a length") }
        } catch {
            device.problems.append("\(error)")
            return device
        }
        await readObjects(of: &device)
        if client.readsObjectListByIndex(of: found.address) {
            device.notes.append("object list by index")
        }
        if client.batchSize(of: found.address).usesReadProperty {
            device.notes.append("no ReadPropertyMultiple")
        }
        return device
    }

    /// Reads the properties that change with the device's objects, or when it restarts.
    ///
    /// - Throws: ``RequestFailure`` if the device does not reply.
    public func readIdentity(of found: FoundDevice) async throws(RequestFailure) -> DeviceIdentity {
        let restart = ObjectProperty(found.object, .timeOfDeviceRestart)
        let count = ObjectProperty(found.object, .objectList, index: 0)
        let revision = ObjectProperty(found.object, .databaseRevision)
        let reading = await DeviceReading(
            [revision, restart, count], of: found.address, from: client)
        if let failure = reading.silence { throw failure }
        return DeviceIdentity(
            databaseRevision: reading.number(revision), restartTime: reading.values(restart),
            objectCount: reading.number(count))
    }

    /// Reads the Device object alone.
    public func readDeviceObject(of found: FoundDevice) async -> DeviceDescription {
        var device = DeviceDescription(found)
        let reading = await DeviceReading(
            DeviceReader.deviceProperties.map { ObjectProperty(found.object, $0) },
            of: found.address, from: client)
        if let failure = reading.silence { device.problems.append("\(failure)") }
        func text(_ property: PropertyIdentifier) -> String? {
            reading.text(ObjectProperty(found.object, property))
        }
        func number(_ property: PropertyIdentifier) -> UInt64? {
            reading.number(ObjectProperty(found.object, property))
        }
        device.name = text(.objectName)
        device.description = text(.description)
        device.vendorName = text(.vendorName)
        device.model = text(.modelName)
        device.firmware = text(.firmwareRevision)
        device.software = text(.applicationSoftwareVersion)
        device.serialNumber = text(.serialNumber)
        device.status = number(.systemStatus)
        device.revision = number(.protocolRevision)
        device.databaseRevision = number(.databaseRevision)
        device.segmentCountMax = number(.maxSegmentsAccepted)
        device.found.vendor = number(.vendorIdentifier).map(UInt32.init(clamping:)) ?? found.vendor
        device.found.octetCountMax =
            found.octetCountMax ?? number(.maxAPDULengthAccepted).map(Int.init(clamping:))
        device.found.segmentation =
            found.segmentation
            ?? number(.segmentationSupported).flatMap(UInt8.init(exactly:))
            .flatMap(Segmentation.init(rawValue:))
        return device
    }

    /// Reads names, units and states of the objects in the list, and of no others: a T3 panel
    /// answers for an input that does not exist with the value of another.
    private func readObjects(of device: inout DeviceDescription) async {
        let wanted = device.listed.filter { $0.type.dataType != nil || $0.type.isLog }
        let targets = wanted.flatMap { object in
            ([.objectName, .description] + object.type.descriptiveProperties)
                .map { ObjectProperty(object, $0) }
        }
        var reading = await DeviceReading(targets, of: device.found.address, from: client)
        await reading.readMissingStateTexts(of: wanted)
        let missing = wanted.filter(reading.isUnknown)
        if !missing.isEmpty {
            let names = missing.prefix(3).map { "\($0)" }.joined(separator: " ")
            device.notes.append("\(missing.count) listed, not there (\(names))")
        }
        let isCrossed = device.isPanel
        device.objects = wanted.filter { !reading.isUnknown($0) }
            .map { reading.object($0, isCrossed: isCrossed) }
        device.problems += reading.problems
    }
}
