import SegmentStore

extension HistoryReading {
    /// Returns each point of a device with its newest sample at or before a moment, however old, its
    /// age then, and the recorded gap that contains the moment.
    ///
    /// Damage does not end the read: ``ValueAsOf/damaged`` lists what may hide a newer sample.
    ///
    /// - Throws: `unknownDevice`; `cancelled`.
    public func values(
        of device: DeviceID, at time: Timestamp
    ) throws(HistoryError) -> [ValueAsOf] {
        try measured { (view) throws(HistoryError) in
            try view.require(device)
            return try view.skippingDamage().valuesAsOf(device, time)
        }
    }

    /// Returns the same of every device.
    public func values(ofSiteAt time: Timestamp) throws(HistoryError) -> [ValueAsOf] {
        try read { (view) throws(HistoryError) in
            let view = view.skippingDamage()
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
        let next = Timestamp(rawValue: time.rawValue.plus(1))
        let moment = TimeRange(from: time, to: next)!
        var values: [ValueAsOf] = []
        for point in catalog.points(of: device).map(\.address) {
            try HistoryError.checkCancellation()
            let sample = try value(of: point, at: time)
            let recorded = try readable(else: []) { () throws(HistoryError) in
                try recordedGaps(of: point, in: moment)
            }
            // Older damage hides nothing newer.
            let start = sample.map { Timestamp(rawValue: $0.time.rawValue.plus(1)) }
            let hidden = TimeRange(from: start ?? TimeRange.all.from, to: next)!
            values.append(
                ValueAsOf(
                    point: point, moment: time, sample: sample,
                    recordedGaps: recorded + damagedGaps(of: point),
                    damaged: damagedParts(of: point, in: hidden)))
        }
        return values
    }
}
