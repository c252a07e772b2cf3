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

    /// Points that are simulated at a time, on all cores.
    private static let pointCountAtATime = 32

    /// - Returns: how many samples were stored.
    func write() throws(ToolFailure) -> Int {
        let store = try StoreOption.openStore(at: path)
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
}
