internal import BACnetIP
internal import BACnetMessages
internal import BuildingSimulation
internal import TimeSeriesModel

extension SimulatedObjects {
    func content(
        of property: PropertyIdentifier, ofLogOf point: Int, at moment: Timestamp
    ) -> PropertyContent? {
        let held = log.held(at: moment)
        switch property {
        case .description: return .plain([.text("Log of \(building.points[point].pointName)")])
        case .enable: return .plain([.boolean(true)])
        case .stopWhenFull: return .plain([.boolean(false)])
        case .bufferSize: return .plain([.unsigned(UInt64(log.plan.recordCountMax))])
        case .recordCount: return .plain([.unsigned(UInt64(held.count))])
        case .totalRecordCount:
            // It counts as the records are numbered, and wraps with them.
            let total = held.isEmpty ? 0 : log.sequence(of: held.upperBound - 1)
            return .plain([.unsigned(UInt64(total))])
        case .loggingType: return .plain([.enumerated(0)])
        case .logInterval: return .plain([.unsigned(UInt64(log.plan.intervalSeconds * 100))])
        case .alignIntervals: return .plain([.boolean(true)])
        case .logDeviceObjectProperty: return .plain(reference(to: point))
        case .statusFlags: return .plain([.bits(StatusFlags().bits)])
        case .eventState, .reliability: return .plain([.enumerated(0)])
        default: return nil
        }
    }

    /// BACnetDeviceObjectPropertyReference: object [0], property [1], in this device.
    private func reference(to point: Int) -> [TaggedValue] {
        let object = building.points[point].object
        let target = ObjectProperty(object, .presentValue)
        var reader = MessageReader(target.encoded)
        var values: [TaggedValue] = []
        while !reader.isAtEnd {
            guard let value = try? TaggedValue(from: &reader) else { break }
            values.append(value)
        }
        return values
    }

    func range(
        _ request: ReadRangeRequest, octetCountMax: Int, at now: Duration
    ) -> Result<ReadRangeAck, RangeRefusal> {
        let object = request.target.object
        let reference = request.target.reference
        guard case .log(let point)? = entry(of: object), reference.property == .logBuffer else {
            let isKnown = content(of: reference.property, of: object, at: now) != nil
            return .failure(
                RangeRefusal(
                    isKnown
                        ? ErrorReply(.services, .propertyIsNotAList)
                        : ErrorReply(.property, .unknownProperty)))
        }
        guard reference.index == nil else {
            return .failure(RangeRefusal(ErrorReply(.property, .propertyIsNotAnArray)))
        }
        let held = log.held(at: time.moment(at: now))
        let selected = log.selected(
            request.range, of: held, utcOffsetMinutes: profile.utcOffsetMinutes)
        guard let selected else {
            return .failure(RangeRefusal(ErrorReply(.property, .valueOutOfRange)))
        }
        return .success(answer(request, selected, of: held, point, octetCountMax))
    }

    private func answer(
        _ request: ReadRangeRequest, _ selected: Range<Int64>, of held: Range<Int64>, _ point: Int,
        _ octetCountMax: Int
    ) -> ReadRangeAck {
        // What does not fit is left out on the side away from the reference.
        let isBackward = (request.range.count ?? 1) < 0
        var room = octetCountMax - headOctetCount(of: request)
        var records: [LogRecord] = []
        for step in 0..<Int64(selected.count) {
            let number = isBackward ? selected.upperBound - 1 - step : selected.lowerBound + step
            let record = record(number, of: point)
            room -= record.encoded.count
            if room < 0 { break }
            records.append(record)
        }
        let count = Int64(records.count)
        let sent =
            isBackward
            ? selected.upperBound - count..<selected.upperBound
            : selected.lowerBound..<selected.lowerBound + count
        return ReadRangeAck(
            request.target, records: isBackward ? records.reversed() : records,
            hasFirst: sent.first != nil && sent.first == held.first,
            hasLast: sent.last != nil && sent.last == held.last,
            moreFollow: sent.count < selected.count,
            firstSequence: request.range.isNumbered ? sent.first.map(log.sequence) : nil)
    }

    /// What an answer has besides its records.
    private func headOctetCount(of request: ReadRangeRequest) -> Int {
        ReadRangeAck(
            request.target, hasFirst: false, hasLast: false, moreFollow: false,
            itemCount: UInt32(log.plan.recordCountMax), items: [],
            firstSequence: request.range.isNumbered ? .max : nil
        ).encoded.count
    }

    /// A record, as the device wrote it at its time.
    func record(_ number: Int64, of point: Int) -> LogRecord {
        let moment = log.time(of: number)
        let state = state(of: .point(point), at: moment)
        let datum: LogDatum =
            switch state.value {
            case .real(let value)?: .real(value)
            case .enumerated(let value)?: .enumerated(value)
            default: .failure(ObjectState.missingError)
            }
        return LogRecord(time: localTime(moment), datum: datum, statusFlags: state.flags)
    }
}

extension ReadRangeRequest.Range {
    fileprivate var count: Int32? {
        switch self {
        case .all: nil
        case .byPosition(_, let count), .bySequence(_, let count), .byTime(_, let count): count
        }
    }

    /// Whether the answer says what number its first record has.
    fileprivate var isNumbered: Bool {
        switch self {
        case .all, .byPosition: false
        case .bySequence, .byTime: true
        }
    }
}
