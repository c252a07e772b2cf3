import AlmanacCollector
import BACnetIP
import BACnetMessages
import TimeSeriesModel

/// Everything that was found on a network, and the addresses without a reply.
struct FieldSurvey {
    var devices: [DeviceDescription] = []
    /// Asked by address, and not there.
    var silent: [DeviceAddress] = []
    /// Ended by a person before everything was found and read.
    var wasInterrupted = false

    /// The devices whose instance another device has too, by instance.
    var doubled: [UInt32: [DeviceDescription]] {
        Dictionary(grouping: devices) { $0.found.instance }.filter { $0.value.count > 1 }
    }

    /// What went wrong, a sentence each.
    var findings: [String] {
        let doubles = doubled.sorted { $0.key < $1.key }.map { instance, devices in
            let places = devices.map(\.found.address.text).joined(separator: " and ")
            return "instance \(instance) is that of \(devices.count) devices, \(places): none of "
                + "them is written into tables; give all but one another instance"
        }
        let silences = silent.map { "\($0.text) does not answer Who-Is, nor a read of its Device" }
        let failures = devices.flatMap { device in
            device.problems.map { "device \(device.found.instance): \($0)" }
        }
        return doubles + silences + failures + interruption
    }

    private var interruption: [String] {
        guard wasInterrupted else { return [] }
        let count = devices.count { $0.isRead }
        return [
            "interrupted: \(count) of \(NumberText.count(devices.count, of: "device")) that were "
                + "found until then were read"
        ]
    }

    /// The instances of the other devices at the address of a device.
    func neighbours(of device: DeviceDescription) -> [UInt32] {
        devices.filter {
            $0.found.address == device.found.address && $0.found.instance != device.found.instance
        }.map(\.found.instance)
    }
}

extension FieldLink {
    /// So many devices are read at a time; the client has bounds of its own for requests.
    private static let readerCountMax = 16

    /// What a survey looks for.
    struct Search: Sendable {
        /// Instances; none for all.
        var ranges: [InstanceRange]
        /// Addresses of devices that no broadcast reaches.
        var addresses: [DeviceAddress]
        /// False to ask ``addresses`` alone.
        var asksEverybody: Bool
        /// False to list devices as they introduce themselves.
        var readsDevices: Bool
    }

    /// Finds devices and reads them. If its task is cancelled, returns what was found until then.
    func survey(
        _ search: Search, progress: SurveyProgress
    ) async throws(ToolFailure) -> FieldSurvey {
        var survey = FieldSurvey()
        progress.show("searching")
        defer { progress.clear() }
        if search.asksEverybody {
            do throws(ToolFailure) {
                _ = try await whoIs(
                    search.ranges, to: .everybody, wait: settings.wait,
                    repeatCount: settings.patience.retryCount
                ) { progress.add(FoundDevice($0)) }
            } catch {
                guard Task.isCancelled else { throw error }
            }
        }
        let heard = progress.found
        let unheard = search.addresses.filter { address in
            !heard.contains { $0.address == address }
        }
        survey.silent = await ask(unheard, search.ranges, progress)
        let found = progress.found
        if search.readsDevices { await read(found, progress) }
        let devices = progress.devices
        survey.devices = found.enumerated().map { place, device in
            devices[place] ?? DeviceDescription(device)
        }.sorted {
            ($0.found.instance, $0.found.address.text) < ($1.found.instance, $1.found.address.text)
        }
        return survey
    }

    /// Asks each address, and returns those without a reply.
    private func ask(
        _ addresses: [DeviceAddress], _ ranges: [InstanceRange], _ progress: SurveyProgress
    ) async -> [DeviceAddress] {
        // A device at an address introduces itself whatever instances were requested.
        @Sendable func isWanted(_ device: FoundDevice) -> Bool {
            ranges.isEmpty || ranges.contains { $0.contains(device.instance) }
        }
        return await withTaskGroup(of: (Int, Bool).self) { group in
            for (place, address) in addresses.enumerated() {
                group.addTask {
                    let devices = await introductions(at: address)
                    for device in devices where isWanted(device) { progress.add(device) }
                    return (place, devices.isEmpty && !Task.isCancelled)
                }
            }
            var silent: Set<Int> = []
            for await (place, isSilent) in group where isSilent { silent.insert(place) }
            return silent.sorted().map { addresses[$0] }
        }
    }

    /// The devices at an address: by Who-Is, else by a read of the Device object, because the I-Am
    /// of some devices goes to another subnet. A gateway has several devices at its address.
    func introductions(at address: DeviceAddress) async -> [FoundDevice] {
        let heard = try? await whoIs(
            [], to: .device(address), wait: settings.wait, repeatCount: 1)
        if let heard, !heard.isEmpty { return heard.map(FoundDevice.init) }
        guard let device = try? await readInstance(at: address) else { return [] }
        return [device]
    }

    /// Reads the instance of the device at an address.
    func readInstance(at address: DeviceAddress) async throws(RequestFailure) -> FoundDevice {
        let anyone = ObjectIdentifier(.device, ObjectIdentifier.wildcardInstance)
        let values = try await client.readProperty(
            ObjectProperty(anyone, .objectIdentifier), of: address)
        guard case .object(let object)? = values.first, object.type == .device else {
            throw RequestFailure(
                device: address, request: "read \(anyone) object-identifier", tries: 1,
                elapsed: .zero, reason: .unexpectedReply)
        }
        return FoundDevice(address: address, instance: object.instance)
    }

    private func read(_ found: [FoundDevice], _ progress: SurveyProgress) async {
        let reader = DeviceReader(client: client)
        await withTaskGroup(of: Void.self) { group in
            var waiting = Array(found.enumerated())[...]
            @Sendable func readDevice(_ place: Int, _ device: FoundDevice) async {
                let read = await reader.read(device)
                // Half of a device, because a person ended the reading, is not what it has.
                if !Task.isCancelled { progress.add(read, at: place) }
            }
            for _ in 0..<FieldLink.readerCountMax {
                guard let (place, device) = waiting.popFirst() else { break }
                group.addTask { await readDevice(place, device) }
            }
            for await _ in group {
                guard !Task.isCancelled, let (place, device) = waiting.popFirst() else { continue }
                group.addTask { await readDevice(place, device) }
            }
        }
    }
}
