import Glibc

extension SimulatedDisk {
    /// What programs find under a path.
    func entry(_ path: String) throws(ErrorNumber) -> SimulatedEntry? {
        if path.isEmpty { return .folder }
        let (folder, name) = Self.split(path)
        return try names(in: folder)[name]?.live
    }

    /// The number of the file under a path.
    func file(_ path: String) throws(ErrorNumber) -> Int {
        switch try entry(path) {
        case .file(let number): return number
        case .folder: throw ErrorNumber(EISDIR)
        case nil: throw ErrorNumber(ENOENT)
        }
    }

    func list(_ folder: String) throws(ErrorNumber) -> [String] {
        try names(in: folder).compactMap { name, value in
            if case .file = value.live { name } else { nil }
        }.sorted()
    }

    mutating func createFile(_ path: String) throws(ErrorNumber) -> Int {
        if try entry(path) != nil { throw ErrorNumber(EEXIST) }
        let number = makeNode()
        set(path, .file(number), sequence: takeSequence())
        return number
    }

    mutating func createFolder(_ path: String) throws(ErrorNumber) {
        switch try entry(path) {
        case .folder: return
        case .file: throw ErrorNumber(ENOTDIR)
        case nil:
            // Folders are never removed, so a folder without a name has never been there.
            if folders[path] == nil { folders[path] = [:] }
            set(path, .folder, sequence: takeSequence())
        }
    }

    mutating func rename(_ path: String, to newPath: String) throws(ErrorNumber) {
        // Both folders are looked at before either name, as the system does.
        _ = try entry(path)
        let target = try entry(newPath)
        let number = try file(path)
        if target == .folder { throw ErrorNumber(EISDIR) }
        // Two names of the same file: POSIX says that nothing happens then, and both stay.
        if target == .file(number) { return }
        // One place in the order for both: an ordered crash shows both changes or none.
        let sequence = takeSequence()
        set(newPath, .file(number), sequence: sequence)
        set(path, nil, sequence: sequence)
    }

    mutating func link(_ path: String, to newPath: String) throws(ErrorNumber) {
        let number = try file(path)
        if try entry(newPath) != nil { throw ErrorNumber(EEXIST) }
        set(newPath, .file(number), sequence: takeSequence())
    }

    mutating func unlink(_ path: String) throws(ErrorNumber) {
        _ = try file(path)
        set(path, nil, sequence: takeSequence())
    }

    mutating func syncFolder(_ path: String) throws(ErrorNumber) {
        _ = try names(in: path)
        for name in folders[path, default: [:]].keys {
            folders[path]?[name]?.sync()
            if folders[path]?[name]?.entries.isEmpty == true { folders[path]?[name] = nil }
        }
        dropUnreachableNodes()
    }

    mutating func failFolderSync(_ path: String) {
        // Dictionaries have no order of their own, and one seed is to be one run.
        for name in folders[path, default: [:]].keys.sorted() {
            folders[path]?[name]?.failSync(&random)
        }
    }

    private func names(in folder: String) throws(ErrorNumber) -> [String: SimulatedName] {
        if let names = folders[folder], try entry(folder) == .folder { return names }
        // A path through a file fails otherwise than one through nothing.
        if case .file = try entry(folder) { throw ErrorNumber(ENOTDIR) }
        throw ErrorNumber(ENOENT)
    }

    private mutating func set(_ path: String, _ entry: SimulatedEntry?, sequence: Int) {
        let (folder, name) = Self.split(path)
        let before = folders[folder]?[name]?.live
        folders[folder]?[name, default: SimulatedName()].become(entry, sequence: sequence)
        if case .file(let number) = entry { nodes[number]?.linkCount += 1 }
        if case .file(let number) = before {
            nodes[number]?.linkCount -= 1
            // A rename adds the new name before it takes the old one away.
            nodes[number]?.noteFreed()
        }
    }

    static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return ("", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    static func join(_ folder: String, _ path: String) -> String {
        if folder.isEmpty || path.isEmpty { return folder + path }
        return folder + "/" + path
    }
}
