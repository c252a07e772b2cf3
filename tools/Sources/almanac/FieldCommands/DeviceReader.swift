import BACnetIP
import BACnetMessages

/// Asks a device what it is and what it has. Reads properties, and nothing else.
struct DeviceReader {
    let client: BACnetClient

    private static let deviceProperties: [PropertyIdentifier] = [
        .objectName, .vendorIdentifier, .vendorName, .modelName, .firmwareRevision, .description,
        .applicationSoftwareVersion, .systemStatus, .protocolRevision, .databaseRevision,
        .maxAPDULengthAccepted, .segmentationSupported, .maxSegmentsAccepted, .serialNumber,
    ]

    /// Everything but present values. What cannot be read is said in the device's problems.
    func read(_ found: FoundDevice) async -> FieldDevice {
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

    func readDeviceObject(of found: FoundDevice) async -> FieldDevice {
        var device = FieldDevice(found)
        let answers = await DeviceAnswers(
            DeviceReader.deviceProperties.map { ObjectProperty(found.object, $0) },
            of: found.address, from: client)
        if let failure = answers.silence { device.problems.append("\(failure)") }
        func text(_ property: PropertyIdentifier) -> String? {
            answers.text(ObjectProperty(found.object, property))
        }
        func number(_ property: PropertyIdentifier) -> UInt64? {
            answers.number(ObjectProperty(found.object, property))
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

    /// Names, units and states of what the list names, and of nothing else: a T3 panel answers for
    /// an input that is not there with the value of another.
    private func readObjects(of device: inout FieldDevice) async {
        let wanted = device.listed.filter { $0.type.dataType != nil || $0.type.isLog }
        let targets = wanted.flatMap { object in
            ([.objectName, .description] + object.type.descriptiveProperties)
                .map { ObjectProperty(object, $0) }
        }
        var answers = await DeviceAnswers(targets, of: device.found.address, from: client)
        await answers.readMissingStateTexts(of: wanted)
        let missing = wanted.filter(answers.isUnknown)
        if !missing.isEmpty {
            let names = missing.prefix(3).map { "\($0)" }.joined(separator: " ")
            device.notes.append("\(missing.count) listed, not there (\(names))")
        }
        let isCrossed = device.isPanel
        device.objects = wanted.filter { !answers.isUnknown($0) }
            .map { answers.object($0, isCrossed: isCrossed) }
        device.problems += answers.problems
    }
}
