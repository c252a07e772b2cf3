import DurableFiles
import TimeSeriesModel

extension Store {
    /// Refuses to write while less space is free than the disk's reserve.
    ///
    /// Reads the free space each time, so that a store that refused writes accepts them again once
    /// there is room. Costs one system call.
    ///
    /// - Throws: code `diskReserve`.
    func refuseBelowReserve() throws(StoreError) {
        // A reserve of nothing saves the system call.
        if options.diskReserveByteCount == 0 { return }
        let space = try self.space()
        let reserve = self.reserve(of: space)
        guard space.availableByteCount < reserve else { return }
        throw StoreError(
            .diskReserve,
            "\(space.availableByteCount) bytes of space are left, and the store keeps \(reserve) "
                + "free: nothing new is written until there is more")
    }

    /// Refuses a rewriting that cannot be finished: it needs at most a fifth more than its sources.
    ///
    /// - Parameter keepsReserve: whether the disk's reserve must be left free after it.
    func refuseWithoutRoom(toRewrite year: YearView, keepsReserve: Bool) throws(StoreError) {
        let byteCount = year.segments.reduce(0) { $0 + $1.row.byteCount }
        let needed = byteCount + byteCount / 5
        let space = try self.space()
        let reserve = keepsReserve ? self.reserve(of: space) : 0
        let free = space.availableByteCount
        guard free < needed + reserve else { return }
        throw StoreError(
            reserve > 0 ? .diskReserve : .diskFull,
            "\(free) bytes of space are left; rewriting \(year.year.number) needs \(needed)"
                + (reserve > 0 ? ", and the store keeps \(reserve) free" : ""))
    }

    /// The file system may have grown since the store was opened, so its size is read each time.
    private func reserve(of space: StorageSpace) -> Int {
        options.diskReserveByteCount
            ?? StoreOptions.defaultDiskReserveByteCount(ofDisk: space.byteCount)
    }

    private func space() throws(StoreError) -> StorageSpace {
        do throws(StorageError) { return try storage.space() } catch { throw StoreError(error) }
    }
}
