internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import BuildingSimulation
internal import TimeSeriesModel

/// What an object with a present value is at a time.
struct ObjectState: Hashable, Sendable {
    /// `nil` where there is none: the building has no value for the point then.
    var value: TaggedValue?
    var flags = StatusFlags()
    /// BACnetReliability.
    var reliability: UInt32 = 0

    static let noSensor: UInt32 = 1
    static let communicationFailure: UInt32 = 12

    static let missing = ObjectState(
        value: nil, flags: StatusFlags(fault: true), reliability: communicationFailure)
    /// Why it cannot be read.
    static let missingError = ErrorReply(.device, .operationalProblem)
}

extension SimulatedObjects {
    /// Of a point or a summary.
    func state(of entry: Entry, at moment: Timestamp) -> ObjectState {
        switch entry {
        case .device: return .missing
        case .point(let index), .log(let index):
            guard let sample = building.sample(of: index, at: moment) else { return .missing }
            var state = ObjectState()
            let point = building.points[index]
            state.value =
                point.dataType == .analog
                ? .real(Float(sample.value)) : .enumerated(sample.value > 0 ? 1 : 0)
            state.flags.fault = !sample.quality.isUsable
            if state.flags.fault { state.reliability = ObjectState.noSensor }
            state.flags.inAlarm = point.stateTexts?.text(of: sample.value) == "alarm"
            return state
        case .summary(let index):
            let summary = summaries[index]
            guard let number = summary.state(in: building, at: moment) else { return .missing }
            var state = ObjectState()
            let isBinary = summary.type == .binaryValue
            state.value = isBinary ? .enumerated(number) : .unsigned(UInt64(number))
            state.flags.inAlarm = isBinary && number == 1 && summary.texts[1] == "alarm"
            return state
        }
    }

    /// By how much an analog value must change to be told.
    func increment(of point: Int) -> Float {
        switch building.points[point].decimals {
        case 0: 5
        case 1: 0.5
        default: 1
        }
    }

    func content(
        of property: PropertyIdentifier, of entry: Entry, _ type: ObjectType, at moment: Timestamp
    ) -> PropertyContent? {
        switch property {
        case .presentValue:
            return state(of: entry, at: moment).value.map { .plain([$0]) }
                ?? .error(ObjectState.missingError)
        case .statusFlags: return .plain([.bits(state(of: entry, at: moment).flags.bits)])
        case .reliability: return .plain([.enumerated(state(of: entry, at: moment).reliability)])
        case .eventState:
            let isOffNormal = state(of: entry, at: moment).flags.inAlarm
            // Of BACnetEventState: normal 0, fault 1, offnormal 2.
            return .plain([.enumerated(isOffNormal ? 2 : 0)])
        case .outOfService: return .plain([.boolean(false)])
        case .polarity: return .plain([.enumerated(0)])
        case .priorityArray:
            var slots = [TaggedValue](repeating: .null, count: 16)
            slots[15] = state(of: entry, at: moment).value ?? .null
            return .array(slots)
        case .relinquishDefault:
            return .plain([type == .analogOutput ? .real(0) : .enumerated(0)])
        default: return words(of: property, of: entry)
        }
    }

    /// What does not change.
    private func words(of property: PropertyIdentifier, of entry: Entry) -> PropertyContent? {
        switch entry {
        case .device, .log: return nil
        case .summary(let index):
            let summary = summaries[index]
            switch property {
            case .description: return .plain([.text(summary.description)])
            case .inactiveText: return .plain([.text(summary.texts[0])])
            case .activeText: return .plain([.text(summary.texts[1])])
            case .numberOfStates: return .plain([.unsigned(UInt64(summary.texts.count))])
            case .stateText: return .array(summary.texts.map { .text($0) })
            default: return nil
            }
        case .point(let index):
            let point = building.points[index]
            switch property {
            case .description: return .plain([.text(point.description)])
            case .units: return .plain([.enumerated(UInt32(point.unitCode ?? 95))])
            case .inactiveText: return point.stateTexts.map { .plain([.text($0.inactive)]) }
            case .activeText: return point.stateTexts.map { .plain([.text($0.active)]) }
            case .minPresValue: return .plain([.real(Float(point.plausibleRange.lowerBound))])
            case .maxPresValue: return .plain([.real(Float(point.plausibleRange.upperBound))])
            case .covIncrement: return .plain([.real(increment(of: index))])
            default: return nil
            }
        }
    }
}
