import Almanac
import BuildingModel
import BuildingSimulation
import ColumnCodec
import Dispatch
import SegmentStore
import Synchronization
import TimeSeriesModel

/// Puts the history of a simulated building into a new store.
struct DemoHistory {
    let building: SimulatedBuilding
    let path: String
    let options: FormOptions
    let reserve: ReserveOption

    /// Points that are simulated at a time, on all cores.
    private static let pointCountAtATime = 32

    /// - Returns: how many samples were stored.
    func write() async throws(ToolFailure) -> Int {
        let sampleCount = try writeSamples()
        do throws(HistoryError) { try await describe() } catch {
            throw ToolFailure(error, store: path)
        }
        return sampleCount
    }

    private func writeSamples() throws(ToolFailure) -> Int {
        let store = try StoreOption.openStore(at: path, keeping: reserve)
        defer { store.close() }
        let progress = ProgressLine("simulating", on: options.terminal, options.notes)
        defer { progress.clear() }
        return try withStoreErrors(of: path) { () throws(StoreError) in
            let bulk = try store.beginImport()
            defer { bulk.cancel() }
            for start in stride(
                from: 0, to: building.points.count, by: DemoHistory.pointCountAtATime)
            {
                progress.show(start, of: building.points.count)
                let end = min(start + DemoHistory.pointCountAtATime, building.points.count)
                try append(start..<end, to: bulk)
            }
            return try bulk.commit().stored
        }
    }

    private func append(_ indices: Range<Int>, to bulk: BulkImport) throws(StoreError) {
        let made = Mutex([SampleColumns?](repeating: nil, count: indices.count))
        DispatchQueue.concurrentPerform(iterations: indices.count) { place in
            let samples = columns(of: indices.lowerBound + place)
            made.withLock { $0[place] = samples }
        }
        for (index, samples) in zip(indices, made.withLock { $0 }) {
            let point = building.points[index]
            let series = try bulk.series(
                of: point.address, deviceName: point.deviceName, pointName: point.pointName,
                unit: point.unitSymbol ?? "", dataType: point.dataType,
                validFrom: building.range.from)
            if let samples { try bulk.append(samples, to: series) }
        }
    }

    private func columns(of index: Int) -> SampleColumns {
        let samples = building.samples(of: index, in: building.range)
        return SampleColumns(
            times: samples.times.map(\.milliseconds), values: samples.values,
            qualities: samples.qualities.map(\.rawValue))
    }

    /// What a collector knows beside samples: who is who, within which bounds a sensor can be, and
    /// why samples are missing.
    private func describe() async throws(HistoryError) {
        var configuration = Configuration()
        configuration.diskReserveByteCount = reserve.size?.byteCount
        let history = try DataManager.open(at: path, configuration: configuration)
        for device in building.devices { try await history.upsert(device) }
        for start in stride(from: 0, to: building.points.count, by: DemoHistory.documentsAtATime) {
            let end = min(start + DemoHistory.documentsAtATime, building.points.count)
            let part = building.points[start..<end]
            try await history.upsert(part.map(\.monitoringPoint))
            try await history.setProfiles(
                Dictionary(uniqueKeysWithValues: part.map { ($0.address, $0.profile) }))
        }
        try await history.record(building.faults.flatMap { building.recordedGaps(of: $0) })
        await history.close()
    }

    /// Points whose description becomes durable at once.
    private static let documentsAtATime = 1000
}

extension SimulatedPoint {
    fileprivate var profile: PointProfile {
        PointProfile(
            decimals: decimals, low: plausibleRange.lowerBound, high: plausibleRange.upperBound,
            stateTexts: stateTexts.map { [$0.inactive, $0.active] })
    }
}

extension SimulatedBuilding {
    /// The gaps that a collector would have recorded of a fault: one for each point of it.
    fileprivate func recordedGaps(of fault: PlantedFault) -> [Gap] {
        guard let reason = fault.kind.reason.map(GapReason.init(rawValue:)) else { return [] }
        let silent: [SimulatedPoint]
        switch fault.subject {
        case .point(let index): silent = [points[index]]
        case .device(let index):
            silent = points.filter { $0.address.device == devices[index].deviceID }
        }
        return silent.map { Gap(point: $0.address, range: fault.range, reason: reason) }
    }
}
