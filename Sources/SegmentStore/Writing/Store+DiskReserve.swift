import DurableFiles
import TimeSeriesModel

extension Store {
    /// Refuses to write where that would take the disk below its reserve.
    ///
    /// Asks the system each time, so that a store that was refused goes on by itself once there is
    /// room again. Costs one system call.
    ///
    /// - Throws: code `diskReserve`.
    func refuseBelowReserve() throws(StoreError) {
        guard options.diskReserveByteCount > 0 else { return }
        let free = try freeByteCount()
        guard free < options.diskReserveByteCount else { return }
        throw StoreError(
            .diskReserve,
            "\(free) bytes of space are left, and the store keeps "
                + "\(options.diskReserveByteCount) free: nothing new is written until there is more"
        )
    }

    /// A rewriting that cannot be finished is not begun: it takes a fifth more than its sources at
    /// most.
    ///
    /// - Parameter reserve: what is to be left free behind it.
    func refuseWithoutRoom(toRewrite year: YearView, keeping reserve: Int) throws(StoreError) {
        let byteCount = year.segments.reduce(0) { $0 + $1.row.byteCount }
        let needed = byteCount + byteCount / 5
        let free = try freeByteCount()
        guard free < needed + reserve else { return }
        throw StoreError(
            reserve > 0 ? .diskReserve : .diskFull,
            "\(free) bytes of space are left; rewriting \(year.year.number) needs \(needed)"
                + (reserve > 0 ? ", and the store keeps \(reserve) free" : ""))
    }

    private func freeByteCount() throws(StoreError) -> Int {
        do throws(StorageError) { return try storage.availableByteCount() } catch {
            throw StoreError(error)
        }
    }
}
