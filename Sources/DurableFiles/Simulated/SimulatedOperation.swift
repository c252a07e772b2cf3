/// One call that reached a simulated disk.
public struct SimulatedOperation: Hashable, Sendable {
    /// Its place among all calls of the machine, from 1.
    public var number: Int

    /// Its place among the calls that change or sync something, from 1; nil for the others.
    ///
    /// Between two of these every crash leaves the same states, so they are the ones to crash at.
    public var changeNumber: Int?

    public var kind: Kind

    /// The root of the storage that was called, below the machine's own root.
    public var root: String

    /// The path as the caller gave it.
    public var path: String

    /// The second path of a rename or link.
    public var newPath: String?

    /// Where a read, write or map begins.
    public var offset: Int

    /// How many bytes a read, write or map concerns, or how long a file is to be.
    public var byteCount: Int

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case open, read, byteCount, map, list, exists, space, lockHolder
        case dropCache
        case create, write, clone, truncate, preallocate, sync
        case createFolder, rename, unlink, link, syncFolder, lock, release

        /// Whether it changes what programs see or what a crash leaves.
        public var isChange: Bool {
            switch self {
            case .open, .read, .byteCount, .map, .list, .exists, .space, .lockHolder, .dropCache:
                false
            default: true
            }
        }

        /// Whether it makes earlier changes durable.
        public var isSync: Bool { self == .sync || self == .syncFolder }
    }
}

extension SimulatedOperation: CustomStringConvertible {
    public var description: String {
        var text = "\(number) \(kind.rawValue) '\(path)'"
        if let newPath { text += " to '\(newPath)'" }
        if offset != 0 || byteCount != 0 { text += " \(offset)+\(byteCount)" }
        if let changeNumber { text += " (change \(changeNumber))" }
        return text
    }
}

/// What goes wrong with an operation.
public enum SimulatedFault: Hashable, Sendable {
    /// The machine stops. A change was on its way and may survive, a sync was not done; this call
    /// and all later ones throw ``StorageError/Code/crashed``.
    case crash

    /// The call fails with a system error number and does nothing.
    ///
    /// A failing sync does something: any part reaches the medium, and the system forgets that the
    /// rest did not, so that no later sync brings it there. `EINTR` is retried, as the POSIX form
    /// does, and shows only in the count.
    case fail(errno: Int32)

    /// A write takes its first bytes and then fails.
    case shortWrite(byteCount: Int, errno: Int32)

    /// A write reports success and is not done.
    case loseWrite

    /// A write reports success and lands this far from where it should.
    case misdirectWrite(by: Int)

    /// One bit of what is written or read is turned over, counted from the first byte's lowest.
    case flipBit(Int)
}
