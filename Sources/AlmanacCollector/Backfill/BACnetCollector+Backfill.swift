public import TimeSeriesModel

extension BACnetCollector {
    /// Reads the trend logs of a device now, or of all devices one after the other, from where the
    /// last pass ended. Samples are stored with the time of their records; what the store has of the
    /// same time stays.
    ///
    /// - Returns: a report for each device, in ascending order of their numbers; what failed is in it.
    /// - Throws: ``CollectorError`` `unknownDevice`, `notRunning`, `cancelled`.
    public func backfill(
        _ device: DeviceID? = nil
    ) async throws(CollectorError) -> [BackfillReport] {
        guard isRunning else {
            throw CollectorError(.notRunning, "the collector is not started")
        }
        let workers = table.all.filter { device == nil || $0.device.id == device }
        if let device, workers.isEmpty {
            throw CollectorError(
                .unknownDevice, "device \(device.rawValue) is not collected")
        }
        var reports: [BackfillReport] = []
        for worker in workers {
            reports.append(await backfills.run(worker, verifies: true))
            if Task.isCancelled { throw CollectorError(.cancelled, "the caller was cancelled") }
        }
        return reports
    }
}
