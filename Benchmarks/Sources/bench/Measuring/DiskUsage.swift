import Foundation

/// Bytes of everything below a folder.
enum DiskUsage {
    /// Counts the length of each file, or what it holds on disk where that is less.
    static func byteCount(of folder: String) throws -> Int {
        var bytes = 0
        for file in FileManager.default.enumerator(atPath: folder)! {
            var status = stat()
            guard lstat("\(folder)/\(file)", &status) == 0 else {
                throw WrongAnswer("\(folder)/\(file) cannot be looked at")
            }
            guard status.st_mode & S_IFMT == S_IFREG else { continue }
            bytes += min(Int(status.st_size), Int(status.st_blocks) * 512)
        }
        return bytes
    }

    /// Makes a folder anew, empty.
    static func makeEmpty(_ folder: String) throws {
        if FileManager.default.fileExists(atPath: folder) {
            try FileManager.default.removeItem(atPath: folder)
        }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }
}
