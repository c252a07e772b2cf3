internal import BACnetIP
internal import BACnetMessages
internal import TimeSeriesModel

extension SimulatedObjects {
    /// Local time as the device says it; all fields open outside the years that it can say.
    func localTime(_ moment: Timestamp) -> BACnetDateTime {
        BACnetDateTime(
            unixMilliseconds: moment.milliseconds, utcOffsetMinutes: profile.utcOffsetMinutes)
            ?? BACnetDateTime(date: .unspecified, time: .unspecified)
    }

    func deviceContent(
        of property: PropertyIdentifier, at moment: Timestamp
    ) -> PropertyContent? {
        switch property {
        case .objectList: .array(list.map { .object($0) })
        case .systemStatus: .plain([.enumerated(0)])
        case .vendorName: .plain([.text(profile.vendorName)])
        case .vendorIdentifier: .plain([.unsigned(UInt64(profile.vendor))])
        case .modelName: .plain([.text(profile.modelName)])
        case .firmwareRevision, .applicationSoftwareVersion: .plain([.text("1")])
        case .description: .plain([.text("Controller \(deviceName)")])
        case .protocolVersion: .plain([.unsigned(1)])
        case .protocolRevision: .plain([.unsigned(14)])
        case .protocolServicesSupported:
            .plain([
                .bits(
                    BitString(
                        supporting: profile.services,
                        [.iAm, .iHave, .unconfirmedCOVNotification, .whoHas, .whoIs]))
            ])
        case .protocolObjectTypesSupported:
            .plain([.bits(BitString(supporting: Set(list.map(\.type))))])
        case .maxAPDULengthAccepted: .plain([.unsigned(UInt64(profile.octetCountMax))])
        case .segmentationSupported:
            .plain([.enumerated(UInt32(profile.segmentation.rawValue))])
        case .maxSegmentsAccepted: .plain([.unsigned(1)])
        case .apduTimeout: .plain([.unsigned(3_000)])
        case .apduSegmentTimeout: .plain([.unsigned(2_000)])
        case .numberOfAPDURetries: .plain([.unsigned(3)])
        case .deviceAddressBinding: .plain([])
        case .databaseRevision: .plain([.unsigned(databaseRevision)])
        case .localDate: .plain([.date(localTime(moment).date)])
        case .localTime: .plain([.time(localTime(moment).time)])
        case .utcOffset: .plain([.signed(Int64(profile.utcOffsetMinutes))])
        case .daylightSavingsStatus: .plain([.boolean(false)])
        case .timeOfDeviceRestart: .plain([timeStamp(restart)])
        default: nil
        }
    }

    /// BACnetTimeStamp by date and time.
    private func timeStamp(_ moment: Timestamp) -> TaggedValue {
        let local = localTime(moment)
        return .constructed(tag: 2, [.date(local.date), .time(local.time)])
    }
}
