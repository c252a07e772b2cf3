import Glibc

extension SimulatedStorage {
    public func open(
        _ path: String, _ access: FileAccess
    ) throws(StorageError) -> any StorageFile {
        let call = call(access == .create ? .create : .open, path)
        if access != .read { try refuseIfReadOnly(call) }
        let node = try machine.perform(call) { state, _ throws(ErrorNumber) in
            let node =
                access == .create
                ? try state.disk.createFile(call.place) : try state.disk.file(call.place)
            state.disk.nodes[node]?.openCount += 1
            return node
        }
        return SimulatedFile(
            machine, node: node, process: process, root: root, path: path,
            isWritable: access != .read)
    }

    public func list(_ folder: String) throws(StorageError) -> [String] {
        let call = call(.list, folder)
        return try machine.perform(call) { state, _ throws(ErrorNumber) in
            try state.disk.list(call.place)
        }
    }

    public func exists(_ path: String) throws(StorageError) -> Bool {
        let call = call(.exists, path)
        return try machine.perform(call) { state, _ throws(ErrorNumber) in
            do throws(ErrorNumber) {
                return try state.disk.entry(call.place) != nil
            } catch {
                // A folder on the way is missing, or is a file: then this is not there either.
                return false
            }
        }
    }

    public func createFolder(_ path: String) throws(StorageError) {
        try change(call(.createFolder, path)) { call, disk throws(ErrorNumber) in
            try disk.createFolder(call.place)
        }
    }

    public func rename(_ path: String, to newPath: String) throws(StorageError) {
        try change(call(.rename, path, to: newPath)) { call, disk throws(ErrorNumber) in
            try disk.rename(call.place, to: call.newPlace)
        }
    }

    public func unlink(_ path: String) throws(StorageError) {
        try change(call(.unlink, path)) { call, disk throws(ErrorNumber) in
            try disk.unlink(call.place)
        }
    }

    public func link(_ path: String, to newPath: String) throws(StorageError) {
        try link(path, to: newPath, in: self)
    }

    public func link(
        _ path: String, to newPath: String, in destination: any Storage
    ) throws(StorageError) {
        let call = call(.link, path, to: newPath)
        let other = destination as? SimulatedStorage
        try other?.refuseIfReadOnly(call)
        try machine.perform(call) { state, _ throws(ErrorNumber) in
            guard let other, other.machine === machine else { throw ErrorNumber(EXDEV) }
            let newPlace = SimulatedDisk.join(other.root, newPath)
            try state.disk.link(call.place, to: newPlace)
        }
    }

    public func syncFolder(_ path: String) throws(StorageError) {
        try change(call(.syncFolder, path)) { call, disk throws(ErrorNumber) in
            try disk.syncFolder(call.place)
        }
    }

    public func syncParentOfRoot() throws(StorageError) {
        var call = call(.syncFolder, "")
        call.root = SimulatedDisk.split(root).folder
        try change(call) { call, disk throws(ErrorNumber) in
            try disk.syncFolder(call.place)
        }
    }

    public func space() throws(StorageError) -> StorageSpace {
        try machine.perform(call(.space, "")) { state, _ throws(ErrorNumber) in
            StorageSpace(
                byteCount: state.disk.capacity,
                availableByteCount: state.disk.availableByteCount)
        }
    }

    public func sharesFileSystem(with other: any Storage) throws(StorageError) -> Bool {
        (other as? SimulatedStorage)?.machine === machine
    }
}

extension SimulatedStorage {
    func call(
        _ kind: SimulatedOperation.Kind, _ path: String, to newPath: String? = nil
    ) -> SimulatedCall {
        SimulatedCall(kind: kind, process: process, root: root, path: path, newPath: newPath)
    }

    private func change(
        _ call: SimulatedCall,
        _ body: (SimulatedCall, inout SimulatedDisk) throws(ErrorNumber) -> Void
    ) throws(StorageError) {
        try refuseIfReadOnly(call)
        try machine.perform(call) { state, _ throws(ErrorNumber) in
            try body(call, &state.disk)
        }
    }

    func refuseIfReadOnly(_ call: SimulatedCall) throws(StorageError) {
        guard isReadOnly else { return }
        throw StorageError(
            code: .readOnlyFileSystem, call.operation, path: call.path, root: root, errno: EROFS,
            because: "the storage was opened to read only")
    }
}
