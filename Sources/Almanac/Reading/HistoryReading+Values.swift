import SegmentStore

extension HistoryReading {
    /// Returns each point of a device with its newest sample at or before a moment, however old, its
    /// age then, and the recorded gap that contains the moment.
    ///
    /// - Throws: `unknownDevice`.
    public func values(
        of device: DeviceID, at time: Timestamp
    ) throws(HistoryError) -> [ValueAsOf] {
        try measured { (view) throws(HistoryError) in
            try view.require(device)
            return try view.valuesAsOf(device, time)
        }
    }

    /// Returns the same of every device.
    public func values(ofSiteAt time: Timestamp) throws(HistoryError) -> [ValueAsOf] {
        try read { (view) throws(HistoryError) in
            var values: [ValueAsOf] = []
            for device in view.catalog.deviceIDs {
                values += try view.values(of: device, at: time)
            }
            return values
        }
    }
}

extension HistorySnapshot {
    fileprivate func valuesAsOf(
        _ device: DeviceID, _ time: Timestamp
    ) throws(HistoryError) -> [ValueAsOf] {
        let moment = TimeRange(from: time, to: Timestamp(rawValue: time.rawValue.plus(1)))!
        var values: [ValueAsOf] = []
        for point in catalog.points(of: device) {
            values.append(
                ValueAsOf(
                    point: point.address, moment: time,
                    sample: try value(of: point.address, at: time),
                    recordedGaps: try recordedGaps(of: point.address, in: moment)))
        }
        return values
    }
}
