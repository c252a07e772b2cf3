extension SimulatedStorage {
    /// Asks a closure about every operation of the machine before it is done.
    ///
    /// It gets the operation and the disk as it is then, from which crashes can be tried at every
    /// step of one run. It may use storages of other machines, and of this one except to make
    /// calls: those would ask it again. Nil takes it away.
    public func onOperation(
        _ hook: (@Sendable (SimulatedOperation, SimulatedDisk) -> SimulatedFault?)?
    ) {
        machine.withState { $0.hook = hook }
    }

    /// Lets one change go wrong, counted from 1 since the machine was started.
    public func inject(_ fault: SimulatedFault, atChange number: Int) {
        onOperation { operation, _ in operation.changeNumber == number ? fault : nil }
    }

    /// Lets one operation go wrong, counted from 1 since the machine was started.
    public func inject(_ fault: SimulatedFault, atOperation number: Int) {
        onOperation { operation, _ in operation.number == number ? fault : nil }
    }

    /// Lets every operation of some kinds go wrong from now on.
    public func inject(_ fault: SimulatedFault, atEvery kinds: Set<SimulatedOperation.Kind>) {
        onOperation { operation, _ in kinds.contains(operation.kind) ? fault : nil }
    }

    /// How many operations the machine has seen.
    public var operationCount: Int { machine.withState { $0.operationCount } }

    /// How many of them were changes or syncs: the places to crash at.
    public var changeCount: Int { machine.withState { $0.changeCount } }

    /// The latest operations, oldest first, to be printed when a test fails. The machine remembers
    /// a few thousand.
    public var trace: [SimulatedOperation] { machine.withState { $0.trace } }

    /// How many file objects and locks are open on the machine.
    public var openFileCount: Int {
        machine.withState { $0.disk.nodes.values.reduce(0) { $0 + $1.openCount } }
    }

    /// Sets whether files can share blocks, as on Btrfs and XFS.
    public func setCanClone(_ canClone: Bool) {
        machine.withState { $0.disk.canClone = canClone }
    }

    /// Sets how many bytes fit on the disk; what is there already stays.
    public func setCapacity(_ byteCount: Int) {
        machine.withState { $0.disk.capacity = byteCount }
    }
}

extension SimulatedStorage {
    /// Turns one bit of a file over, in cache and medium, and uncounted. False if there is no such.
    @discardableResult
    public func flipBit(_ bit: Int, ofByte offset: Int, of path: String) -> Bool {
        damage(path) { content in
            let bytes = content.bytes(at: offset, byteCount: 1)
            if let byte = bytes.first { content.write([byte ^ 1 << UInt8(bit)], at: offset) }
            return !bytes.isEmpty
        }
    }

    /// Puts bytes into a file, in cache and medium, and uncounted. False if there is no such file.
    @discardableResult
    public func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) -> Bool {
        damage(path) { content in
            content.write(bytes, at: offset)
            return true
        }
    }

    /// Cuts a file, in cache and medium, and uncounted. False if there is no such file.
    @discardableResult
    public func cut(_ path: String, to byteCount: Int) -> Bool {
        damage(path) { content in
            content.resize(to: byteCount)
            return true
        }
    }

    private func damage(_ path: String, _ body: (inout SimulatedContent) -> Bool) -> Bool {
        let place = SimulatedDisk.join(root, path)
        return machine.withState { state in
            guard let node = try? state.disk.file(place) else { return false }
            return state.disk.nodes[node]?.damage(body) ?? false
        }
    }
}
