public import BACnetMessages

/// What has been learned about a device: what it takes at a time, and how its object list is read.
struct DeviceHabits {
    private(set) var octetCountMax: Int
    var batch: BatchSize
    /// The list as a whole has failed once; that is not tried again.
    var readsListByIndex = false
    /// False for one that has done no more than say that it is there.
    var wasAsked = false

    /// A property to which the device has replied: whether it still replies, this one shows.
    var answered: ObjectProperty?
    /// Properties to which the device did not reply while it replied to others, with the uptime from
    /// which they are requested again.
    private var unanswered: [ObjectProperty: Duration] = [:]
    static let unansweredCountMax = 1000
    /// How long such a property is left out of requests.
    static let unansweredPause: Duration = .seconds(3600)

    /// - Parameter ownOctetCountMax: the APDU that we take.
    init(
        octetCountMax: Int = APDUSize.octets1476.octetCount, ownOctetCountMax: Int,
        pointCountMax: Int
    ) {
        self.octetCountMax = max(octetCountMax, APDUSize.octets50.octetCount)
        batch = BatchSize(
            peerOctetCountMax: octetCountMax, ownOctetCountMax: ownOctetCountMax,
            pointCountMax: pointCountMax)
    }

    /// The properties to which the device did not reply: those that are left out now, and those that
    /// are due to be requested again, each alone.
    func unanswered(
        among targets: [ObjectProperty], at now: Duration
    ) -> (resting: Set<ObjectProperty>, due: Set<ObjectProperty>) {
        guard !unanswered.isEmpty else { return ([], []) }
        var resting: Set<ObjectProperty> = []
        var due: Set<ObjectProperty> = []
        for target in targets {
            guard let time = unanswered[target] else { continue }
            if time <= now { due.insert(target) } else { resting.insert(target) }
        }
        return (resting, due)
    }

    /// The device replied to other properties, and not to this one.
    mutating func noteUnanswered(_ target: ObjectProperty, at now: Duration) {
        guard
            unanswered[target] != nil || unanswered.count < DeviceHabits.unansweredCountMax
        else { return }
        unanswered[target] = now + DeviceHabits.unansweredPause
    }

    mutating func noteAnswered(_ target: ObjectProperty) { unanswered[target] = nil }

    /// The device has said what it takes. What was learned by experience stays.
    mutating func take(octetCountMax: Int, ownOctetCountMax: Int, pointCountMax: Int) {
        let octets = max(octetCountMax, APDUSize.octets50.octetCount)
        guard octets != self.octetCountMax else { return }
        self.octetCountMax = octets
        batch = BatchSize(
            peerOctetCountMax: octets, ownOctetCountMax: ownOctetCountMax,
            pointCountMax: pointCountMax, learned: batch.propertyCountMax,
            usesReadProperty: batch.usesReadProperty, textOctetCount: batch.textOctetCount)
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
        let ownOctetCountMax = configuration.transactions.replySize.octetCount
        let pointCountMax = configuration.pointCountMax
        change(peer, asking: false) {
            $0.take(
                octetCountMax: octetCountMax, ownOctetCountMax: ownOctetCountMax,
                pointCountMax: pointCountMax)
        }
    }

    /// What is known of a device, or what is assumed of one that nobody has heard of.
    func habits(of device: DeviceAddress) -> DeviceHabits {
        habits[device]
            ?? DeviceHabits(
                ownOctetCountMax: configuration.transactions.replySize.octetCount,
                pointCountMax: configuration.pointCountMax)
    }

    /// Keeps what was learned; where there is no room, in the place of a device that is not asked now.
    ///
    /// - Parameter asking: false for what a device says by itself, for which none that was asked is
    ///   forgotten.
    @discardableResult mutating func change<Answer>(
        _ device: DeviceAddress, asking: Bool = true, _ change: (inout DeviceHabits) -> Answer
    ) -> Answer {
        var known = habits(of: device)
        known.wasAsked = known.wasAsked || asking
        let answer = change(&known)
        if habits[device] == nil, habits.count >= configuration.deviceCountMax {
            let idle =
                habits.first { !$0.value.wasAsked && !gate.isOpen(to: $0.key) }
                ?? (asking ? habits.first { !gate.isOpen(to: $0.key) } : nil)
            guard asking || idle != nil else { return answer }
            if let idle { habits[idle.key] = nil }
        }
        habits[device] = known
        return answer
    }
}

extension BACnetClient {
    /// How much a device is asked for at a time: what has been learned, or what its I-Am says, or
    /// what is assumed of one that nobody has heard of.
    public func batchSize(of device: DeviceAddress) -> BatchSize {
        habits(of: device).batch
    }

    /// Whether its object list as a whole could not be had, and is read element by element.
    public func readsObjectListByIndex(of device: DeviceAddress) -> Bool {
        habits(of: device).readsListByIndex
    }
}
