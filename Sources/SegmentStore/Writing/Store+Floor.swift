import DurableFiles
import Synchronization
public import TimeSeriesModel

extension Store {
    /// The time before which samples are refused; `nil` if there is none.
    public var floor: Timestamp? {
        state.withLock { $0.manifest.floor }.map(Timestamp.init(rawValue:))
    }

    /// Lowers the floor, so that samples from an earlier time on are accepted again.
    ///
    /// Retention raises the floor and never lowers it, so a floor that was raised under a wrong clock
    /// stays until this is called. Samples that retention removed do not come back. Waits until an
    /// import, merge or removal is over; durable on return.
    ///
    /// - Parameter time: the new floor; `nil` removes it, and samples of any age are accepted.
    /// - Returns: the floor before the call, also if it is lower already and nothing changes.
    /// - Throws: ``StoreError``: `busy` during an import; `closed`, `failed`, `diskFull`, `io`.
    @discardableResult
    public func lowerFloor(to time: Timestamp?) throws(StoreError) -> Timestamp? {
        try withMaintenance { () throws(StoreError) -> Timestamp? in
            // An import keeps the samples that the floor at its beginning lets through.
            if state.withLock({ $0.isImporting }) { throw StoreError.importUnderWay }
            let change = FloorChange.lower(to: time?.rawValue)
            let before = state.withLock { $0.manifest.floor }
            if change.applied(to: before) != before {
                var edit = ManifestEdit()
                edit.floor = change
                try publish(edit)
            }
            return before.map(Timestamp.init(rawValue:))
        }
    }
}
