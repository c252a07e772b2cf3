import BACnetIP
import BACnetMessages

/// Everything that was found on a network, and who kept silent.
struct FieldSurvey {
    var devices: [FieldDevice] = []
    /// Asked by address, and not there.
    var silent: [DeviceAddress] = []

    /// Who has an instance that another device has too.
    var doubled: [UInt32: [FieldDevice]] {
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
        return doubles + silences + failures
    }
}

extension FieldLink {
    /// So many devices are read at a time; the client has bounds of its own for requests.
    private static let readerCountMax = 16

    /// Finds devices and reads them.
    ///
    /// - Parameters:
    ///   - addresses: of those that no broadcast reaches.
    ///   - asksEverybody: false to ask those alone.
    func survey(
        _ ranges: [InstanceRange], at addresses: [DeviceAddress], asksEverybody: Bool,
        progress: ProgressLine
    ) async throws(ToolFailure) -> FieldSurvey {
        var survey = FieldSurvey()
        var found: [FoundDevice] = []
        if asksEverybody {
            found = try await whoIs(
                ranges, to: .everybody, wait: settings.wait,
                repeatCount: settings.patience.retryCount
            ).map(FoundDevice.init)
        }
        // A device at an address says who it is whatever was asked.
        func isWanted(_ device: FoundDevice) -> Bool {
            ranges.isEmpty || ranges.contains { $0.contains(device.instance) }
        }
        let unheard = addresses.filter { address in !found.contains { $0.address == address } }
        for (address, device) in await ask(unheard) {
            guard let device else {
                survey.silent.append(address)
                continue
            }
            if isWanted(device) { found.append(device) }
        }
        survey.devices = await read(FieldLink.unique(found), progress)
        return survey
    }

    /// An I-Am that comes again may say something else of the device's sizes: the first counts.
    private static func unique(_ found: [FoundDevice]) -> [FoundDevice] {
        struct Key: Hashable {
            let address: DeviceAddress
            let instance: UInt32
        }
        var known: Set<Key> = []
        return found.filter {
            known.insert(Key(address: $0.address, instance: $0.instance)).inserted
        }
        .sorted { ($0.instance, $0.address.text) < ($1.instance, $1.address.text) }
    }

    private func ask(_ addresses: [DeviceAddress]) async -> [(DeviceAddress, FoundDevice?)] {
        await withTaskGroup(of: (Int, FoundDevice?).self) { group in
            for (place, address) in addresses.enumerated() {
                group.addTask { (place, await introduction(of: address)) }
            }
            var found: [Int: FoundDevice?] = [:]
            for await (place, device) in group { found[place] = device }
            return addresses.enumerated().map { ($1, found[$0] ?? nil) }
        }
    }

    /// Who is at an address: by Who-Is, else by its Device object, because devices exist whose I-Am
    /// goes to a subnet that is not ours.
    func introduction(of address: DeviceAddress) async -> FoundDevice? {
        let heard = try? await whoIs(
            [], to: .device(address), wait: settings.wait, repeatCount: 1)
        if let device = heard?.first { return FoundDevice(device) }
        return try? await readInstance(at: address)
    }

    /// The instance of whoever is at an address.
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

    private func read(_ found: [FoundDevice], _ progress: ProgressLine) async -> [FieldDevice] {
        let reader = DeviceReader(client: client)
        progress.show(0, of: found.count)
        defer { progress.clear() }
        return await withTaskGroup(of: (Int, FieldDevice).self) { group in
            var waiting = Array(found.enumerated())[...]
            var devices: [Int: FieldDevice] = [:]
            for _ in 0..<FieldLink.readerCountMax {
                guard let (place, device) = waiting.popFirst() else { break }
                group.addTask { (place, await reader.read(device)) }
            }
            for await (place, device) in group {
                devices[place] = device
                progress.show(devices.count, of: found.count)
                guard let (place, device) = waiting.popFirst() else { continue }
                group.addTask { (place, await reader.read(device)) }
            }
            return found.indices.compactMap { devices[$0] }
        }
    }
}
