import FoundationEssentials
import SegmentStore

extension CatalogEdit {
    /// Adds an entry to the audit trail, in the same write as the change; none if nothing differs.
    ///
    /// - Parameters:
    ///   - operation: what was called.
    ///   - author: who called it.
    ///   - device: the device that changes.
    ///   - point: the point that changes.
    ///   - old: what there was; nil if it is new.
    ///   - new: what there is now. Times of the change itself are left out of both.
    mutating func audit<Value: Encodable & Equatable>(
        _ operation: String, by author: Author, device: DeviceID? = nil,
        point: PointAddress? = nil, from old: Value?, to new: Value?
    ) throws(HistoryError) {
        guard old != new else { return }
        var entry = AuditEntry(
            at: now, operation: operation, by: author, deviceID: device, point: point)
        if let old { entry.oldValue = try AuditEntry.text(old) }
        if let new { entry.newValue = try AuditEntry.text(new) }
        do throws(StoreError) { change.journal.append(try entry.journalEntry()) } catch {
            throw HistoryError(error)
        }
    }

    /// A device as this change has it, without the times of its changes.
    func device(_ id: DeviceID) throws(HistoryError) -> Device? {
        let stored = try value(DocumentKey.device(id), as: StoredDevice.self)
        guard let name = catalog.name(of: id) else { return nil }
        var device = Device(id, named: name, stored)
        (device.lastSeen, device.createdAt, device.updatedAt) = (nil, nil, nil)
        return device
    }

    /// A point as this change has it, without the times of its changes.
    func point(_ address: PointAddress) throws(HistoryError) -> MonitoringPoint? {
        guard let version = catalog[address]?.current else { return nil }
        let stored = try value(DocumentKey.point(address), as: StoredPoint.self)
        var point = MonitoringPoint(address, version, stored)
        (point.createdAt, point.updatedAt) = (nil, nil)
        return point
    }
}

extension StoredLog {
    /// The log without the times of its changes, as the audit trail shows it.
    func audited(_ id: TrendLogID) -> TrendLog {
        var log = trendLog(id)
        log.createdAt = nil
        log.updatedAt = nil
        return log
    }

    /// The points of the log without the times of their changes.
    func auditedItems(_ id: TrendLogID) -> [TrendLogItem] {
        items.compactMap { item in
            PointAddress(item.point).map {
                TrendLogItem(
                    trendLogID: id, point: $0, pointOrder: item.slot,
                    isActive: item.inactive != true)
            }
        }
    }
}

extension AuditEntry {
    /// Bytes of a value at most; a longer one is cut. An entry of the journal has a bound, and a long
    /// description must not keep a change from being made.
    private static let valueByteCountMax = 16 << 10

    /// A value as JSON, without fields that have none.
    static func text(_ value: some Encodable) throws(HistoryError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.userInfo[.leavesOutMissing] = true
        do {
            let bytes = try encoder.encode(value)
            guard bytes.count > valueByteCountMax else {
                return String(decoding: bytes, as: UTF8.self)
            }
            return String(decoding: bytes.prefix(valueByteCountMax), as: UTF8.self) + "…"
        } catch {
            throw HistoryError(
                .invalidParameter, "a value that JSON cannot hold found: \(error)",
                underlying: error)
        }
    }
}
