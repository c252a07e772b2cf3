public import BACnetMessages

/// What has been learned about a device: what it takes at a time, and how its object list is read.
struct DeviceHabits {
    private(set) var octetCountMax: Int
    var batch: BatchSize
    /// The list as a whole has failed once; that is not tried again.
    var readsListByIndex = false

    init(octetCountMax: Int = APDUSize.octets1476.octetCount, pointCountMax: Int) {
        self.octetCountMax = max(octetCountMax, APDUSize.octets50.octetCount)
        batch = BatchSize(peerOctetCountMax: octetCountMax, pointCountMax: pointCountMax)
    }

    /// The device has said what it takes. What was learned by experience stays.
    mutating func take(octetCountMax: Int, pointCountMax: Int) {
        let octets = max(octetCountMax, APDUSize.octets50.octetCount)
        guard octets != self.octetCountMax else { return }
        self.octetCountMax = octets
        batch = BatchSize(
            peerOctetCountMax: octets, pointCountMax: pointCountMax,
            learned: batch.propertyCountMax, usesReadProperty: batch.usesReadProperty)
    }
}

extension ClientState {
    /// Keeps what a device says that it takes: one that is known, or that is searched for. Anybody may
    /// say anything of anybody.
    mutating func learn(_ iAm: IAmRequest, of peer: DeviceAddress) {
        let device = HeardMessage.device(DiscoveredDevice(iAm, at: peer))
        guard habits[peer] != nil || searches.values.contains(where: { $0.wants(device) }) else {
            return
        }
        let octetCountMax = Int(min(iAm.maxAPDU, UInt32(UInt16.max)))
        let pointCountMax = configuration.pointCountMax
        change(peer) { $0.take(octetCountMax: octetCountMax, pointCountMax: pointCountMax) }
    }

    /// What is known of a device, or what is assumed of one that nobody has heard of.
    func habits(of device: DeviceAddress) -> DeviceHabits {
        habits[device] ?? DeviceHabits(pointCountMax: configuration.pointCountMax)
    }

    /// Keeps what was learned; where there is no room, in the place of a device that is not asked now.
    mutating func change<Answer>(
        _ device: DeviceAddress, _ change: (inout DeviceHabits) -> Answer
    ) -> Answer {
        var known = habits(of: device)
        let answer = change(&known)
        if habits[device] == nil, habits.count >= configuration.deviceCountMax,
            let idle = habits.keys.first(where: { !gate.isOpen(to: $0) })
        {
            habits[idle] = nil
        }
        habits[device] = known
        return answer
    }
}

extension BACnetClient {
    /// How much a device is asked for at a time: what has been learned, or what its I-Am says, or
    /// what is assumed of one that nobody has heard of.
    public func batchSize(of device: DeviceAddress) -> BatchSize {
        learn(of: device) { $0.batch }
    }

    /// Whether its object list as a whole could not be had, and is read element by element.
    public func readsObjectListByIndex(of device: DeviceAddress) -> Bool {
        learn(of: device) { $0.readsListByIndex }
    }
}
