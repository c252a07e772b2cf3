import Glibc
import Synchronization

/// An open file of a simulated machine.
final class SimulatedFile: StorageFile {
    let path: String
    private let machine: SimulatedMachine
    private let node: Int
    private let process: Int32
    private let root: String
    private let isWritable: Bool
    private let isClosed = Atomic(false)

    /// `node` has been counted as open for this object.
    init(
        _ machine: SimulatedMachine, node: Int, process: Int32, root: String, path: String,
        isWritable: Bool
    ) {
        self.machine = machine
        self.node = node
        self.process = process
        self.root = root
        self.path = path
        self.isWritable = isWritable
    }

    deinit { close() }

    func close() {
        let isFirst = !isClosed.exchange(true, ordering: .acquiringAndReleasing)
        guard isFirst else { return }
        machine.withState { state in
            state.disk.nodes[node]?.openCount -= 1
            state.disk.nodes[node]?.noteFreed()
        }
    }

    func byteCount() throws(StorageError) -> Int {
        try perform(.byteCount) { node, disk, _ throws(ErrorNumber) in
            try disk.content(of: node).byteCount
        }
    }

    @discardableResult
    func read(
        at offset: Int, byteCount: Int, into buffer: inout [UInt8]
    ) throws(StorageError) -> Int {
        precondition(offset >= 0 && byteCount >= 0, "a read has an offset and a length")
        buffer.removeAll(keepingCapacity: true)
        let found = try perform(.read, offset, byteCount) { node, disk, fault throws(ErrorNumber) in
            var bytes = try disk.content(of: node).bytes(at: offset, byteCount: byteCount)
            if case .flipBit(let bit) = fault { bytes.flip(bit) }
            return bytes
        }
        buffer.append(contentsOf: found)
        return buffer.count
    }

    func write(_ bytes: RawSpan, at offset: Int) throws(StorageError) {
        precondition(offset >= 0, "a write has an offset")
        let content = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
        try perform(.write, offset, content.count, isWrite: true) {
            node, disk, fault throws(ErrorNumber) in
            try disk.write(content, at: offset, of: node, fault)
        }
    }

    func sync() throws(StorageError) {
        try perform(.sync) { node, disk, _ throws(ErrorNumber) in
            disk.nodes[node]?.sync()
        }
    }

    func truncate(to byteCount: Int) throws(StorageError) {
        precondition(byteCount >= 0, "a file has a length")
        try perform(.truncate, 0, byteCount, isWrite: true) { node, disk, _ throws(ErrorNumber) in
            disk.change(node, .resize(byteCount: byteCount))
        }
    }

    func preallocate(byteCount: Int) throws(StorageError) {
        guard byteCount > 0 else { return }
        try perform(.preallocate, 0, byteCount, isWrite: true) {
            node, disk, _ throws(ErrorNumber) in
            try disk.preallocate(byteCount, of: node)
        }
    }

    /// Takes space as a copy does: which blocks are shared is not simulated.
    func clone(to target: any StorageFile) throws(StorageError) -> Bool {
        guard let target = target as? SimulatedFile, target.machine === machine,
            machine.withState({ $0.disk.canClone })
        else { return false }
        let source = node
        try target.perform(.clone, isWrite: true) { node, disk, fault throws(ErrorNumber) in
            let content = try disk.content(of: source)
            try disk.write(
                content.bytes(at: 0, byteCount: content.byteCount), at: 0, of: node, fault)
        }
        return true
    }

    func map(at offset: Int, byteCount: Int) throws(StorageError) -> MappedBytes {
        precondition(offset >= 0 && byteCount >= 0, "a map has an offset and a length")
        let (size, bytes) = try perform(.map, offset, byteCount) {
            node, disk, _ throws(ErrorNumber) in
            let content = try disk.content(of: node)
            return (content.byteCount, content.bytes(at: offset, byteCount: byteCount))
        }
        guard bytes.count == byteCount else {
            throw StorageError(
                code: .endOfFile, "map", path: path, root: root, errno: 0,
                because: "expected \(byteCount) bytes at \(offset), found a file of \(size)")
        }
        return MappedBytes(copying: bytes)
    }

    /// The simulated disk has no cache; the call is in the trace. A hint has no error to report.
    func dropCache() { _ = try? perform(.dropCache) { _, _, _ in } }

    @discardableResult
    private func perform<R: Sendable>(
        _ kind: SimulatedOperation.Kind, _ offset: Int = 0, _ byteCount: Int = 0,
        isWrite: Bool = false,
        _ body: (Int, inout SimulatedDisk, SimulatedFault?) throws(ErrorNumber) -> R
    ) throws(StorageError) -> R {
        let call = SimulatedCall(
            kind: kind, process: process, root: root, path: path, offset: offset,
            byteCount: byteCount, node: node)
        return try machine.perform(call) { state, fault throws(ErrorNumber) in
            let mayWrite = !isWrite || isWritable
            guard mayWrite, !isClosed.load(ordering: .acquiring) else { throw ErrorNumber(EBADF) }
            return try body(node, &state.disk, fault)
        }
    }
}
